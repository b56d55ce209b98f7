using MiniK8s.Protocol;

namespace MiniK8s.Client.Informers;

/// <summary>Hears of every change to a cache, in order, one call at a time.</summary>
/// <remarks>
/// The cache is already at or past the change that is told. Objects are shared: clone before changing one. Calls should be short (put a key in
/// a queue); changes wait in a bounded queue, and while that is full the informer waits. An exception is logged and the next change told.
/// </remarks>
public interface IInformerHandler<in T>
    where T : class, IApiObject
{
    /// <summary>An object that was not there before.</summary>
    void OnAdd(T obj);

    /// <summary>A later state of an object, or, where the uid differs, its successor.</summary>
    void OnUpdate(T old, T current);

    /// <summary>An object is gone; its last known state, which after a relist may not be its very last.</summary>
    void OnDelete(T last);
}
