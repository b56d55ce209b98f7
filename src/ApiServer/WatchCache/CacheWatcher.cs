using System.Runtime.CompilerServices;
using System.Threading.Channels;

using MiniK8s.ApiServer.Registry;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>One watch: what it began with, then what its cache puts into a bounded buffer.</summary>
/// <remarks>
/// A reader that lets the buffer run full is cut: it still gets what was buffered, then the watch ends, and the client begins again where
/// it is. It never holds up the cache or other watchers.
/// </remarks>
internal sealed class CacheWatcher : IDisposable
{
    private readonly Channel<WatchChange> _buffer;
    private readonly IEnumerable<WatchChange> _initial;
    private readonly ResourceCache _cache;
    private readonly long _startRevision;

    /// <summary>Made by the cache, under its lock.</summary>
    public CacheWatcher(
        ResourceCache cache, Selection selection, IEnumerable<WatchChange> initial, long startRevision, int bufferSize, BookmarkClock? bookmarks)
    {
        (_cache, Selection, _initial, _startRevision, Bookmarks) = (cache, selection, initial, startRevision, bookmarks);
        _buffer = Channel.CreateBounded<WatchChange>(new BoundedChannelOptions(bufferSize) { SingleReader = true });
    }

    /// <summary>What the watch is about.</summary>
    public Selection Selection { get; }

    /// <summary>When bookmarks are due; null if none were asked for.</summary>
    public BookmarkClock? Bookmarks { get; }

    /// <summary>Takes a change if it shows through the selection; false when the buffer is full and the watch has been cut.</summary>
    public bool Offer(CacheEvent change)
    {
        if (change.Revision <= _startRevision || change.Through(Selection) is not { } seen) return true;
        if (_buffer.Writer.TryWrite(seen)) return true;
        Close();
        return false;
    }

    /// <summary>Takes a bookmark; a full buffer drops it, since the changes before it say more.</summary>
    public void OfferBookmark(WatchChange bookmark) => _buffer.Writer.TryWrite(bookmark);

    /// <summary>Ends the watch once what is buffered has been read.</summary>
    public void Close() => _buffer.Writer.TryComplete();

    /// <summary>What happened, in order, until the watch is cut or cancelled (quietly).</summary>
    public async IAsyncEnumerable<WatchChange> ReadAllAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var change in _initial)
        {
            if (ct.IsCancellationRequested) yield break;
            yield return change;
        }
        while (await CanReadAsync(ct))
        {
            while (_buffer.Reader.TryRead(out var change)) yield return change;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _cache.Forget(this);

    private async ValueTask<bool> CanReadAsync(CancellationToken ct)
    {
        try
        {
            return await _buffer.Reader.WaitToReadAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
