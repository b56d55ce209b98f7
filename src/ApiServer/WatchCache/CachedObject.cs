using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>One object as the store has it; shared, never changed.</summary>
/// <param name="Key">The store's key.</param>
/// <param name="Object">Decoded, its resourceVersion set. Null only in probes for a search.</param>
/// <param name="Revision">The store's revision of its last change.</param>
internal sealed record CachedObject(string Key, IApiObject Object, long Revision)
{
    /// <summary>The order of keys in the store: by bytes.</summary>
    public static IComparer<CachedObject> ByKey { get; } =
        Comparer<CachedObject>.Create((a, b) => string.CompareOrdinal(a.Key, b.Key));

    /// <summary>Something to look a key up with.</summary>
    public static CachedObject Probe(string key) => new(key, null!, 0);
}
