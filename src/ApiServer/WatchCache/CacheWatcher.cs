using System.Runtime.CompilerServices;

using MiniK8s.ApiServer.Registry;
using MiniK8s.Hosting.Waking;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>One watch: what it began with, then what its cache puts into a bounded buffer.</summary>
/// <remarks>
/// A reader that lets the buffer run full is cut: it still gets what was buffered, then the watch ends, and the client begins again where
/// it is. It never holds up the cache or other watchers.
/// </remarks>
internal sealed class CacheWatcher : IDisposable
{
    private const int InitialBatch = 16;
    private readonly Lock _gate = new();     // guards what waits and whether more may come; innermost
    private readonly Bell _bell = new();
    private readonly IEnumerable<WatchChange> _initial;
    private readonly ResourceCache _cache;
    private readonly WakePace _pace;
    private readonly long _startRevision;
    private readonly int _bufferSize;
    private List<WatchChange> _waiting = [];
    private List<WatchChange> _taken = [];   // the reader's, until it asks for more
    private bool _isClosed;

    /// <summary>Made by the cache, under its lock.</summary>
    public CacheWatcher(
        ResourceCache cache, WakePace pace, Selection selection, IEnumerable<WatchChange> initial, long startRevision, int bufferSize, BookmarkClock? bookmarks)
    {
        (_cache, _pace, Selection, _initial) = (cache, pace, selection, initial);
        (_startRevision, _bufferSize, Bookmarks) = (startRevision, bufferSize, bookmarks);
    }

    /// <summary>What the watch is about.</summary>
    public Selection Selection { get; }

    /// <summary>When bookmarks are due; null if none were asked for.</summary>
    public BookmarkClock? Bookmarks { get; }

    /// <summary>Takes a change if it shows through the selection, and stands in line to be woken; false when the buffer is full and the watch has been cut.</summary>
    public bool Offer(CacheEvent change)
    {
        if (change.Revision <= _startRevision || change.Through(Selection) is not { } seen) return true;
        if (!TryAdd(seen))
        {
            Close();
            return false;
        }
        _pace.Add(_bell);
        return true;
    }

    /// <summary>Takes a bookmark; a full buffer drops it, since the changes before it say more.</summary>
    public void OfferBookmark(WatchChange bookmark)
    {
        if (TryAdd(bookmark)) _bell.Ring();
    }

    /// <summary>Ends the watch once what is buffered has been read.</summary>
    public void Close()
    {
        lock (_gate) _isClosed = true;
        _bell.Ring();
    }

    /// <summary>What happened, in order, until the watch is cut or cancelled (quietly): each time all that waits, valid until more is asked for.</summary>
    public async IAsyncEnumerable<IReadOnlyList<WatchChange>> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var changes in _initial.Chunk(InitialBatch))
        {
            if (ct.IsCancellationRequested) yield break;
            yield return changes;
        }
        await using var ending = ct.UnsafeRegister(static bell => ((Bell)bell!).Ring(), _bell);
        while (!ct.IsCancellationRequested)
        {
            var isLast = Take();
            if (_taken.Count > 0) yield return _taken;
            else if (isLast) yield break;
            else await _bell.WaitAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Forget(this);

    private bool TryAdd(WatchChange change)
    {
        lock (_gate)
        {
            if (_isClosed || _waiting.Count == _bufferSize) return false;
            _waiting.Add(change);
            return true;
        }
    }

    // Whether nothing comes after what is taken.
    private bool Take()
    {
        _taken.Clear();
        lock (_gate)
        {
            (_taken, _waiting) = (_waiting, _taken);
            return _isClosed;
        }
    }
}
