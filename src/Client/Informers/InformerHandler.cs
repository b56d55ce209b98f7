using MiniK8s.Protocol;

namespace MiniK8s.Client.Informers;

/// <summary>Handlers made of delegates.</summary>
public static class InformerHandler
{
    /// <summary>A handler with three parts.</summary>
    public static IInformerHandler<T> For<T>(Action<T> added, Action<T, T> updated, Action<T> deleted)
        where T : class, IApiObject => new Delegates<T>(added, updated, deleted);

    /// <summary>A handler that only needs to know which object to look at again: told the latest known state, whatever happened.</summary>
    public static IInformerHandler<T> ForAny<T>(Action<T> changed)
        where T : class, IApiObject => new Delegates<T>(changed, (_, current) => changed(current), changed);

    private sealed class Delegates<T>(Action<T> added, Action<T, T> updated, Action<T> deleted) : IInformerHandler<T>
        where T : class, IApiObject
    {
        public void OnAdd(T obj) => added(obj);

        public void OnUpdate(T old, T current) => updated(old, current);

        public void OnDelete(T last) => deleted(last);
    }
}
