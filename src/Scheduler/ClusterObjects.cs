using MiniK8s.Client.Informers;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Apps.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Policy.V1;
using MiniK8s.Protocol.Storage.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler;

/// <summary>Follows the objects beside Pods and Nodes that plugins look at, one informer per kind.</summary>
internal sealed class ClusterObjects : IClusterObjects
{
    private readonly Dictionary<Type, IFollowed> _kinds = [];

    public ClusterObjects(InformerFactory informers)
    {
        Follow(informers.Create<Namespace>());
        Follow(informers.Create<Service>());
        Follow(informers.Create<ReplicaSet>());
        Follow(informers.Create<StatefulSet>());
        Follow(informers.Create<PodDisruptionBudget>());
        Follow(informers.Create<PersistentVolumeClaim>());
        Follow(informers.Create<PersistentVolume>());
        Follow(informers.Create<StorageClass>());
        Follow(informers.Create<CSINode>());
    }

    private interface IFollowed
    {
        Task Synced { get; }

        Task RunAsync(Action<ClusterEvent> tell, CancellationToken stopping);
    }

    /// <summary>Done when every kind has been listed once.</summary>
    public Task Synced => Task.WhenAll(_kinds.Values.Select(kind => kind.Synced));

    /// <summary>Follows until stopped, and tells of what comes and changes.</summary>
    public Task RunAsync(Action<ClusterEvent> tell, CancellationToken stopping) => Task.WhenAll(_kinds.Values.Select(kind => kind.RunAsync(tell, stopping)));

    public IEnumerable<T> List<T>(string ns = "")
        where T : class, IApiObject => ns.Length == 0 ? CacheOf<T>().List() : CacheOf<T>().ListNamespace(ns);

    public T? Find<T>(string ns, string name)
        where T : class, IApiObject => CacheOf<T>().Find(ns, name);

    private IndexedCache<T> CacheOf<T>()
        where T : class, IApiObject => ((Followed<T>)_kinds[typeof(T)]).Cache;

    private void Follow<T>(SharedInformer<T> informer)
        where T : class, IApiObject => _kinds.Add(typeof(T), new Followed<T>(informer));

    private sealed class Followed<T>(SharedInformer<T> informer) : IFollowed
        where T : class, IApiObject
    {
        public IndexedCache<T> Cache => informer.Cache;

        public Task Synced => informer.Synced;

        public Task RunAsync(Action<ClusterEvent> tell, CancellationToken stopping)
        {
            informer.AddHandler(new Teller<T>(tell));
            return informer.RunAsync(stopping);
        }
    }

    private sealed class Teller<T>(Action<ClusterEvent> tell) : IInformerHandler<T>
        where T : class, IApiObject
    {
        public void OnAdd(T obj) => tell(new ClusterEvent.ObjectSet(null, obj));

        public void OnUpdate(T old, T current) => tell(new ClusterEvent.ObjectSet(old, current));

        public void OnDelete(T last)
        {
        }
    }
}
