using System.Collections.Immutable;

using MiniK8s.ApiServer.Registry;
using MiniK8s.Hosting.Waking;
using MiniK8s.Protocol;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>One kind in memory: its objects, its recent history and its watchers.</summary>
/// <remarks>
/// One feed writes, in the order of revisions; any number reads. A change reaches history and watchers in one step, so that a watch
/// which begins between two changes misses none and sees none twice.
/// </remarks>
internal sealed class ResourceCache
{
    private readonly Lock _gate = new();     // guards everything below; held for a change's bookkeeping, never across a wait; before a group's and the pace's
    private readonly EventHistory _history;
    private readonly Dictionary<Selection, WatchGroup> _groups = [];
    private readonly Dictionary<string, List<WatchGroup>> _indexed = [];
    private readonly List<WatchGroup> _others = [];
    private readonly Func<IApiObject> _newObject;
    private readonly Func<IApiObject, string>? _index;
    private readonly WakePace _pace = new();
    private readonly WatchCacheOptions _options;
    private ImmutableSortedSet<CachedObject> _objects = ImmutableSortedSet.Create(CachedObject.ByKey);
    private long _revision;

    /// <summary>An empty cache.</summary>
    /// <param name="newObject">Makes an empty object of the kind, for bookmarks.</param>
    /// <param name="index">The field by which watchers are found quickly, for kinds with one watcher per node; or null.</param>
    /// <param name="options">Sizes and limits.</param>
    public ResourceCache(Func<IApiObject> newObject, Func<IApiObject, string>? index, WatchCacheOptions options)
    {
        (_newObject, _index, _options) = (newObject, index, options);
        _history = new EventHistory(options.HistorySize);
    }

    /// <summary>Everything up to this revision of the store is in.</summary>
    public long Revision => Volatile.Read(ref _revision);

    /// <summary>How many watches are open.</summary>
    public int WatcherCount
    {
        get { lock (_gate) return _groups.Values.Sum(group => group.Watchers.Count); }
    }

    /// <summary>Takes a whole new state. Watches end: what happened in between is not known.</summary>
    public void Reset(IEnumerable<CachedObject> objects, long revision)
    {
        var state = objects.ToImmutableSortedSet(CachedObject.ByKey);
        lock (_gate)
        {
            _objects = state;
            _history.Reset(revision, state);
            Volatile.Write(ref _revision, revision);
            foreach (var watcher in AllWatchers()) watcher.Close();
            _groups.Clear();
            _indexed.Clear();
            _others.Clear();
        }
    }

    /// <summary>Takes one change.</summary>
    /// <param name="after">The new state, null for a delete.</param>
    public void Apply(string key, CachedObject? after, long revision)
    {
        lock (_gate)
        {
            _objects.TryGetValue(CachedObject.Probe(key), out var before);
            before = before?.Object is null ? null : before;
            if (before is null && after is null) return;
            if (before is not null) _objects = _objects.Remove(before);
            if (after is not null) _objects = _objects.Add(after);
            var change = new CacheEvent(revision, before, after);
            _history.Add(change, _objects);
            Dispatch(change);
            Volatile.Write(ref _revision, revision);
        }
    }

    /// <summary>Notes that nothing else of this kind happened up to a revision, and wakes the watchers of what did.</summary>
    public void Advance(long revision)
    {
        Volatile.Write(ref _revision, revision);
        _pace.Ring();
    }

    /// <summary>The newest state known.</summary>
    public CacheSnapshot Snapshot()
    {
        lock (_gate) return new CacheSnapshot(_objects, _revision);
    }

    /// <summary>The state as of a revision that has been seen; null when history does not go back so far.</summary>
    public CacheSnapshot? SnapshotAt(long revision)
    {
        lock (_gate) return _history.StateAt(revision) is { } state ? new CacheSnapshot(state, revision) : null;
    }

    /// <summary>Opens a watch; null when its start is older than the history.</summary>
    /// <param name="oldest">Where history begins, for the refusal's text.</param>
    public CacheWatcher? Watch(Selection selection, WatchStart start, BookmarkClock? bookmarks, out long oldest)
    {
        lock (_gate)
        {
            oldest = _history.Start;
            if (start is WatchStart.After { Revision: var from } && from < oldest) return null;
            var since = start is WatchStart.After after ? long.Max(after.Revision, _revision) : _revision;
            if (!_groups.TryGetValue(selection, out var group))
            {
                _groups[selection] = group = new WatchGroup(selection, _options.WatchBufferSize, _pace);
                Siblings(selection).Add(group);
            }
            var watcher = new CacheWatcher(this, group, Initial(selection, start), since, bookmarks);
            group.Join(watcher);
            return watcher;
        }
    }

    /// <summary>Hands out the bookmarks that are due.</summary>
    public void OfferBookmarks(DateTimeOffset now)
    {
        lock (_gate)
        {
            WatchChange? bookmark = null;
            foreach (var watcher in AllWatchers())
            {
                if (watcher.Bookmarks?.IsDue(now) != true) continue;
                watcher.OfferBookmark(bookmark ??= Bookmark(_revision));
                _pace.Add(watcher.Bell);
            }
        }
        _pace.Ring();
    }

    /// <summary>Drops a watcher that is done.</summary>
    public void Forget(CacheWatcher watcher)
    {
        lock (_gate)
        {
            var group = watcher.Group;
            group.Leave(watcher);
            if (group.Watchers.Count > 0 || !_groups.TryGetValue(group.Selection, out var known) || known != group) return;
            _groups.Remove(group.Selection);
            var siblings = Siblings(group.Selection);
            siblings.Remove(group);
            if (siblings.Count == 0 && group.Selection.IndexValue is { } value) _indexed.Remove(value);
        }
    }

    private IEnumerable<CacheWatcher> AllWatchers() => _groups.Values.SelectMany(group => group.Watchers);

    // The groups that hear of the same changes as one with this selection.
    private List<WatchGroup> Siblings(Selection selection)
    {
        if (_index is null || selection.IndexValue is not { } value) return _others;
        if (!_indexed.TryGetValue(value, out var groups)) _indexed[value] = groups = [];
        return groups;
    }

    private void Dispatch(CacheEvent change)
    {
        Offer(_others, change);
        if (_index is null || _indexed.Count == 0) return;
        var before = change.Before is null ? null : _index(change.Before.Object);
        var after = change.After is null ? null : _index(change.After.Object);
        if (before is not null && _indexed.TryGetValue(before, out var left)) Offer(left, change);
        if (after is not null && after != before && _indexed.TryGetValue(after, out var entered)) Offer(entered, change);
    }

    private static void Offer(List<WatchGroup> groups, CacheEvent change)
    {
        foreach (var group in groups) group.Offer(change);
    }

    private IEnumerable<WatchChange> Initial(Selection selection, WatchStart start) => start switch
    {
        WatchStart.After { Revision: var from } =>
            _history.After(from).Select(change => change.Through(selection)).OfType<WatchChange>(),
        WatchStart.CurrentState { EndBookmark: var end } => Synthetic(new CacheSnapshot(_objects, _revision), selection, end),
        _ => [],
    };

    private IEnumerable<WatchChange> Synthetic(CacheSnapshot snapshot, Selection selection, bool endBookmark)
    {
        foreach (var item in snapshot.Select(selection)) yield return new WatchChange(WatchEventType.Added, item.Object);
        if (!endBookmark) yield break;
        var end = Bookmark(snapshot.Revision);
        end.Object.Metadata.Annotations["k8s.io/initial-events-end"] = "true";
        yield return end;
    }

    private WatchChange Bookmark(long revision)
    {
        var obj = _newObject();
        obj.Metadata = new() { ResourceVersion = ResourceVersions.Format(revision) };
        return new WatchChange(WatchEventType.Bookmark, obj);
    }
}
