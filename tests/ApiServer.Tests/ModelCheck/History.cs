using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>One change of one object.</summary>
/// <param name="Before">Null for a create.</param>
/// <param name="After">Null for a removal.</param>
internal sealed record Change(long Revision, string Key, JsonObject? Before, JsonObject? After);

/// <summary>Everything that ever was of one kind: each state it has gone through, with the revision it began at.</summary>
/// <param name="start">Before this revision there was nothing of the kind.</param>
internal sealed class History(long start)
{
    private readonly List<Change> _changes = [];
    private readonly List<ImmutableSortedDictionary<string, JsonObject>> _statesAfter = [];

    /// <summary>Nothing.</summary>
    private static readonly ImmutableSortedDictionary<string, JsonObject> Nothing =
        ImmutableSortedDictionary.Create<string, JsonObject>(StringComparer.Ordinal);

    /// <summary>The objects by key, "namespace/name", as of the newest revision.</summary>
    public ImmutableSortedDictionary<string, JsonObject> Newest => _changes.Count == 0 ? Nothing : _statesAfter[^1];

    /// <summary>The objects by key as of a revision.</summary>
    public ImmutableSortedDictionary<string, JsonObject> At(long revision)
    {
        var changes = CountUpTo(revision);
        return changes == 0 ? Nothing : _statesAfter[changes - 1];
    }

    /// <summary>Notes what a write did; null for a removal.</summary>
    public void Add(long revision, string key, JsonObject? after)
    {
        var state = Newest;
        _changes.Add(new Change(revision, key, state.GetValueOrDefault(key), after));
        _statesAfter.Add(after is null ? state.Remove(key) : state.SetItem(key, after));
    }

    /// <summary>The changes after one revision, up to and with another.</summary>
    public IReadOnlyList<Change> Between(long after, long upTo)
    {
        var (first, end) = (CountUpTo(after), CountUpTo(upTo));
        return end <= first ? [] : _changes.GetRange(first, end - first);
    }

    /// <summary>A version that an object had once, or null.</summary>
    public JsonObject? AnyVersion(Random random) => _changes.Count == 0 ? null : _changes[random.Next(_changes.Count)].After;

    /// <summary>Where the memory of a cache begins that is at a revision and keeps so many changes.</summary>
    public long MemoryOf(long cached, int kept)
    {
        var changes = CountUpTo(cached);
        return changes <= kept ? start : _changes[changes - kept - 1].Revision;
    }

    // Revisions rise by one or a few, so this is a search by halves; written out since changes are found by a part of theirs.
    private int CountUpTo(long revision)
    {
        int low = 0, high = _changes.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_changes[middle].Revision <= revision) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
