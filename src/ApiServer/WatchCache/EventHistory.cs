using System.Collections.Immutable;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>The last changes of a kind, and with them every state the kind went through since.</summary>
/// <remarks>
/// Worked example, capacity 2: after changes at 5, 7 and 9 the ring holds 7 and 9 and its start is 5: a watch may begin after 5 or later, and
/// the state as of 6 is the one after 5. Not thread-safe: its cache's lock guards it.
/// </remarks>
internal sealed class EventHistory(int capacity)
{
    private readonly Entry[] _ring = new Entry[capacity];
    private int _first, _count;
    private ImmutableSortedSet<CachedObject> _startState = [];

    /// <summary>Changes after this revision are all known.</summary>
    public long Start { get; private set; }

    /// <summary>Forgets everything: history begins anew with a state.</summary>
    public void Reset(long revision, ImmutableSortedSet<CachedObject> state)
    {
        Array.Clear(_ring);
        (_first, _count, Start, _startState) = (0, 0, revision, state);
    }

    /// <summary>Adds the newest change and the state after it; the oldest goes when the ring is full.</summary>
    public void Add(CacheEvent change, ImmutableSortedSet<CachedObject> stateAfter)
    {
        if (_count == capacity)
        {
            var oldest = _ring[_first];
            (Start, _startState) = (oldest.Change.Revision, oldest.StateAfter);
            _first = (_first + 1) % capacity;
            _count--;
        }
        _ring[(_first + _count++) % capacity] = new Entry(change, stateAfter);
    }

    /// <summary>The changes after a revision, oldest first; the revision must not be before <see cref="Start"/>.</summary>
    public IReadOnlyList<CacheEvent> After(long revision)
    {
        var skip = CountUpTo(revision);
        var changes = new CacheEvent[_count - skip];
        for (var i = 0; i < changes.Length; i++) changes[i] = At(skip + i).Change;
        return changes;
    }

    /// <summary>The state as of a revision, null when it is before <see cref="Start"/>.</summary>
    public ImmutableSortedSet<CachedObject>? StateAt(long revision)
    {
        if (revision < Start) return null;
        var upTo = CountUpTo(revision);
        return upTo == 0 ? _startState : At(upTo - 1).StateAfter;
    }

    private Entry At(int index) => _ring[(_first + index) % capacity];

    // How many of the entries are at or before the revision.
    private int CountUpTo(long revision)
    {
        int low = 0, high = _count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle).Change.Revision <= revision) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    private readonly record struct Entry(CacheEvent Change, ImmutableSortedSet<CachedObject> StateAfter);
}
