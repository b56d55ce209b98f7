using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Informers;
using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Protocol;

namespace MiniK8s.ControllerManager.Tests;

// What controllers are made from, with caches that the test fills: a reconcile is called by hand, nothing runs.
internal sealed class Controllers
{
    public ManualTimeProvider Time { get; } = new();

    public FakeApiClient Api { get; } = new();

    public FakeEventRecorder Events { get; } = new();

    public InformerSet Informers { get; }

    public Controllers() => Informers = new InformerSet(kind => (IInformerSlot)Activator.CreateInstance(
        typeof(InformerSlot<>).MakeGenericType(kind), Activator.CreateInstance(
            typeof(SharedInformer<>).MakeGenericType(kind),
            Activator.CreateInstance(typeof(NoSource<>).MakeGenericType(kind)), new InformerOptions(), Time, new Random(1),
            Activator.CreateInstance(typeof(NullLogger<>).MakeGenericType(typeof(SharedInformer<>).MakeGenericType(kind)))))!);

    // On the server and in the cache.
    public T Known<T>(T obj)
        where T : class, IApiObject
    {
        Api.Put(obj);
        Informers.Of<T>().Cache.Set(obj);
        return obj;
    }

    // What the watches would bring: the caches as the server has it.
    public void CatchUp<T>()
        where T : class, IApiObject
    {
        var cache = Informers.Of<T>().Cache;
        foreach (var obj in cache.List()) cache.Remove(ObjectKey.Of(obj));
        foreach (var obj in Api.All<T>()) cache.Set(obj);
    }

    public IReadOnlyList<string> TakeWrites()
    {
        var writes = new List<string>();
        while (Api.Writes.Reader.TryRead(out var write)) writes.Add(write);
        return writes;
    }

    private sealed class NoSource<T> : IListerWatcher<T>
        where T : class, IApiObject
    {
        public Task<ResourceList<T>> ListAsync(CancellationToken ct) => throw new NotSupportedException("The test fills the cache.");

        public IAsyncEnumerable<WatchChange<T>> WatchAsync(string resourceVersion, CancellationToken ct) =>
            throw new NotSupportedException("The test fills the cache.");
    }
}
