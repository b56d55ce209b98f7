using System.Threading.Channels;

namespace MiniK8s.Hosting.Feeds;

/// <summary>One watch over a feed, with a bounded buffer; to be disposed when it is over.</summary>
/// <remarks>
/// Worked example, room for 2 items, nobody reads while 1 to 5 come: 1 and 2 wait, 3 to 5 are counted. Both are read, 6 comes, and what is
/// read next is 6 with "3 missed".
/// </remarks>
public sealed class FeedWatcher<T> : IDisposable
{
    private readonly Lock _gate = new();     // keeps the count in step with the buffer
    private readonly Feed<T> _feed;
    private readonly Predicate<T> _includes;
    private readonly Channel<(long Missed, T Item)> _buffer;
    private long _missed;

    internal FeedWatcher(Feed<T> feed, Predicate<T> includes, int capacity)
    {
        (_feed, _includes) = (feed, includes);
        _buffer = Channel.CreateBounded<(long, T)>(new BoundedChannelOptions(capacity) { SingleReader = true });
    }

    /// <summary>The items as they come, each with how many were missed just before it; until cancelled.</summary>
    public IAsyncEnumerable<(long Missed, T Item)> ReadAllAsync(CancellationToken ct) => _buffer.Reader.ReadAllAsync(ct);

    /// <inheritdoc/>
    public void Dispose() => _feed.Forget(this);

    // Takes an item that fits, or counts it when there is no room.
    internal void Offer(T item)
    {
        if (!_includes(item)) return;
        lock (_gate) _missed = _buffer.Writer.TryWrite((_missed, item)) ? 0 : _missed + 1;
    }
}
