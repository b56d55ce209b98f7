using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Admission;

/// <summary>Other objects, for plugins that need to know about them.</summary>
internal sealed class ObjectLookup(IKeyValueStore store, ResourceCaches caches)
{
    /// <summary>The cache's word if it knows the object, else the store's: what was created a moment ago is found.</summary>
    public async ValueTask<T?> FindAsync<T>(string ns, string name, CancellationToken ct) where T : class, IApiObject =>
        Cached<T>(ns, name) ?? await NewestAsync<T>(ns, name, ct);

    /// <summary>All objects of a kind that the cache knows.</summary>
    public IEnumerable<T> All<T>() where T : class, IApiObject
    {
        var kind = ApiKinds.Of<T>();
        return caches.Of(kind).Snapshot().Select(new Selection(StoreKeys.PrefixOf(kind), null)).Select(item => (T)item.Object);
    }

    /// <summary>What the cache knows.</summary>
    public T? Cached<T>(string ns, string name) where T : class, IApiObject
    {
        var kind = ApiKinds.Of<T>();
        return (T?)caches.Of(kind).Snapshot().Find(StoreKeys.KeyOf(kind, ns, name))?.Object;
    }

    /// <summary>The store's word.</summary>
    public async ValueTask<T?> NewestAsync<T>(string ns, string name, CancellationToken ct) where T : class, IApiObject
    {
        var kind = ApiKinds.Of<T>();
        var page = await store.RangeAsync(StoreRange.One(StoreKeys.KeyOf(kind, ns, name)), ct);
        return page.Items.Count == 0 ? null : (T)StoredObjects.Decode(kind, page.Items[0]);
    }
}
