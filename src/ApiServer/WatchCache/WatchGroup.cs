using MiniK8s.ApiServer.Registry;
using MiniK8s.Hosting.Waking;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>Watches that want the same: what one of them sees they all see, so it is matched and kept once for all.</summary>
/// <remarks>
/// The last changes stand in a row and each watch is a place in it. Worked example, room for 3: after the changes 0 to 4 a watch at 3 takes two
/// and is at 5; one at 1 lags four behind, has been overtaken and ends.
/// </remarks>
/// <param name="selection">What they want.</param>
/// <param name="room">How many changes a watch may lag behind.</param>
/// <param name="pace">Wakes them.</param>
internal sealed class WatchGroup(Selection selection, int room, WakePace pace)
{
    private readonly Lock _gate = new();                    // guards the row; innermost
    private readonly List<CacheWatcher> _watchers = [];     // guarded by the cache's lock
    private readonly List<Seen> _row = [];
    private long _first;                                    // the place of the row's first

    /// <summary>What they want.</summary>
    public Selection Selection { get; } = selection;

    /// <summary>The open watches. Guarded by the cache's lock.</summary>
    public IReadOnlyList<CacheWatcher> Watchers => _watchers;

    /// <summary>The place of the next change.</summary>
    public long End
    {
        get { lock (_gate) return _first + _row.Count; }
    }

    /// <summary>Takes in a watch at the end. Under the cache's lock, as the next two.</summary>
    public void Join(CacheWatcher watcher) => _watchers.Add(watcher);

    /// <summary>Lets a watch go.</summary>
    public void Leave(CacheWatcher watcher) => _watchers.Remove(watcher);

    /// <summary>Takes a change if it shows through the selection, and puts the watches in line to be woken.</summary>
    public void Offer(CacheEvent change)
    {
        if (change.Through(Selection) is not { } seen) return;
        lock (_gate)
        {
            // Up to twice the room, so that the row is moved once in so many changes.
            if (_row.Count == 2 * room)
            {
                _row.RemoveRange(0, room);
                _first += room;
            }
            _row.Add(new Seen(seen, change.Revision));
        }
        pace.Add(_watchers.Select(watcher => watcher.Bell));
    }

    /// <summary>Adds what is there from a place on to what is taken, and moves the place to the end.</summary>
    /// <param name="place">Where the watch is.</param>
    /// <param name="after">Changes up to this revision are not for it.</param>
    /// <param name="taken">Gets the changes.</param>
    /// <returns>False when the watch has been overtaken.</returns>
    public bool TryTake(ref long place, long after, List<WatchChange> taken)
    {
        lock (_gate)
        {
            var end = _first + _row.Count;
            if (end - place > room) return false;
            for (; place < end; place++)
            {
                var seen = _row[(int)(place - _first)];
                if (seen.Revision > after) taken.Add(seen.Change);
            }
            return true;
        }
    }

    private readonly record struct Seen(WatchChange Change, long Revision);
}
