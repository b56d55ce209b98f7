using System.Collections.Immutable;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>All objects of a kind as of one revision; immutable.</summary>
internal sealed record CacheSnapshot(ImmutableSortedSet<CachedObject> Objects, long Revision)
{
    /// <summary>One object, or null.</summary>
    public CachedObject? Find(string key) => Objects.TryGetValue(CachedObject.Probe(key), out var found) ? found : null;

    /// <summary>The objects of a selection in key order, from a key on.</summary>
    /// <param name="startKey">The first key that may appear; "" begins at the selection's start.</param>
    public IEnumerable<CachedObject> Select(Selection selection, string startKey = "")
    {
        var from = string.CompareOrdinal(startKey, selection.KeyPrefix) > 0 ? startKey : selection.KeyPrefix;
        for (var i = IndexOfFirst(from); i < Objects.Count; i++)
        {
            var item = Objects[i];
            if (!item.Key.StartsWith(selection.KeyPrefix, StringComparison.Ordinal)) yield break;
            if (selection.Matches is null || selection.Matches(item.Object)) yield return item;
        }
    }

    private int IndexOfFirst(string key)
    {
        var index = Objects.IndexOf(CachedObject.Probe(key));
        return index >= 0 ? index : ~index;
    }
}
