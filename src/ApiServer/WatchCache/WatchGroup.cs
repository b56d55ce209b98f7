using MiniK8s.ApiServer.Registry;
using MiniK8s.Hosting.Waking;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>Watches of one selection: what one of them sees they all see, so it is matched and kept once for all.</summary>
/// <remarks>
/// What not all have taken stands in a row, and each watch is a place in it. Worked example, room for 3: after the changes 0 to 4 a watch
/// at 3 takes two and is at 5; one at 1 lags four behind, has been overtaken and ends. Each watch with a selector is a group of its own.
/// </remarks>
/// <param name="selection">What they want.</param>
/// <param name="room">How many changes a watch may lag behind.</param>
/// <param name="pace">Wakes them.</param>
internal sealed class WatchGroup(Selection selection, int room, WakePace pace)
{
    private const int LeastRow = 16;
    private readonly Lock _gate = new();                    // guards the row and the watches' places; after the cache's lock, innermost
    private readonly List<CacheWatcher> _watchers = [];     // guarded by the cache's lock, and so their bells
    private readonly List<Bell> _bells = [];
    private readonly List<Seen> _row = [];
    private long _first;                                    // the place of the row's first
    private int _full = LeastRow;                           // how long the row gets before what all have taken goes

    /// <summary>What they want.</summary>
    public Selection Selection { get; } = selection;

    /// <summary>The open watches. Guarded by the cache's lock.</summary>
    public IReadOnlyList<CacheWatcher> Watchers => _watchers;

    /// <summary>The place of the next change.</summary>
    public long End
    {
        get { lock (_gate) return _first + _row.Count; }
    }

    /// <summary>How many changes are kept.</summary>
    public int Kept
    {
        get { lock (_gate) return _row.Count; }
    }

    /// <summary>Takes in a watch that stands at the end. Under the cache's lock.</summary>
    public void Join(CacheWatcher watcher)
    {
        _watchers.Add(watcher);
        _bells.Add(watcher.Bell);
    }

    /// <summary>Lets a watch go. Under the cache's lock.</summary>
    public void Leave(CacheWatcher watcher)
    {
        _watchers.Remove(watcher);
        _bells.Remove(watcher.Bell);
    }

    /// <summary>Takes a change if it shows through the selection, and puts the watches in line to be woken. Under the cache's lock.</summary>
    public void Offer(CacheEvent change)
    {
        if (change.Through(Selection) is not { } seen) return;
        lock (_gate)
        {
            if (_row.Count >= _full) DropTaken();
            _row.Add(new Seen(seen, change.Revision));
        }
        pace.Add(_bells);
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
            if (end - place > room) return false;       // what it needs next may be gone
            for (; place < end; place++)
            {
                var seen = _row[(int)(place - _first)];
                if (seen.Revision > after) taken.Add(seen.Change);
            }
            return true;
        }
    }

    // The row has doubled since the last time, so a change is seldom moved.
    private void DropTaken()
    {
        var end = _first + _row.Count;
        var slowest = _watchers.Count == 0 ? end : _watchers.Min(watcher => watcher.Place);
        var taken = (int)(long.Max(slowest, end - room) - _first);
        _row.RemoveRange(0, taken);
        _first += taken;
        _full = int.Max(LeastRow, 2 * _row.Count);
    }

    private readonly record struct Seen(WatchChange Change, long Revision);
}
