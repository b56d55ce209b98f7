using System.Runtime.CompilerServices;

using MiniK8s.ApiServer.Registry;
using MiniK8s.Hosting.Waking;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>One watch: what it began with, then what its group sees from there on.</summary>
/// <remarks>
/// A reader that lags too far behind is cut: the watch ends, and the client begins again where it is. It never holds up the cache or other
/// watchers.
/// </remarks>
internal sealed class CacheWatcher : IDisposable
{
    private const int InitialBatch = 16;
    private readonly ResourceCache _cache;
    private readonly IEnumerable<WatchChange> _initial;
    private readonly List<WatchChange> _taken = [];     // the reader's, until it asks for more
    private readonly long _startRevision;
    private long _place;
    private PendingBookmark? _bookmark;
    private bool _isClosed;

    /// <summary>Made by the cache, under its lock.</summary>
    public CacheWatcher(ResourceCache cache, WatchGroup group, IEnumerable<WatchChange> initial, long startRevision, BookmarkClock? bookmarks)
    {
        (_cache, Group, _initial, _startRevision, Bookmarks) = (cache, group, initial, startRevision, bookmarks);
        _place = group.End;
    }

    /// <summary>What the watch is about, and what happened there.</summary>
    public WatchGroup Group { get; }

    /// <summary>Wakes the reader.</summary>
    public Bell Bell { get; } = new();

    /// <summary>How far it has come in the group, whose lock guards it.</summary>
    public long Place => _place;

    /// <summary>When bookmarks are due; null if none were asked for.</summary>
    public BookmarkClock? Bookmarks { get; }

    /// <summary>Takes a bookmark for the present end of the group; when changes stand behind it by the time it is read they say more, and it is dropped.</summary>
    public void OfferBookmark(WatchChange bookmark) => Volatile.Write(ref _bookmark, new PendingBookmark(bookmark, Group.End));

    /// <summary>Ends the watch once what happened so far has been read, or at once where it has been overtaken.</summary>
    public void Close()
    {
        Volatile.Write(ref _isClosed, true);
        Bell.Ring();
    }

    /// <summary>What happened, in order, until the watch is cut or cancelled (quietly): each time all there is, valid until more is asked for.</summary>
    public async IAsyncEnumerable<IReadOnlyList<WatchChange>> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var changes in _initial.Chunk(InitialBatch))
        {
            if (ct.IsCancellationRequested) yield break;
            yield return changes;
        }
        await using var ending = ct.UnsafeRegister(static bell => ((Bell)bell!).Ring(), Bell);
        while (!ct.IsCancellationRequested)
        {
            var isLast = Volatile.Read(ref _isClosed);
            if (!TryTake()) yield break;
            if (_taken.Count > 0) yield return _taken;
            else if (isLast) yield break;
            else await Bell.WaitAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Forget(this);

    /// <summary>Takes what there is; false when the watch has been overtaken. The reader's.</summary>
    public bool TryTake()
    {
        _taken.Clear();
        var bookmark = Interlocked.Exchange(ref _bookmark, null);
        if (!Group.TryTake(ref _place, _startRevision, _taken)) return false;
        if (bookmark?.Place == _place) _taken.Add(bookmark.Change);
        return true;
    }

    private sealed record PendingBookmark(WatchChange Change, long Place);
}
