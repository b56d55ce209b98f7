using System.Buffers;
using System.IO.Pipelines;

namespace MiniK8s.ApiServer.Overload;

/// <summary>An answer without end, sent piece by piece: pieces go together as far as they fit, since to flush costs more than to write.</summary>
/// <remarks>
/// A watch's events are bytes that all its watchers share, so both faces send them this way; gRPC's own writer would copy and flush each.
/// A flush is only waited for before the next piece: until then nobody need be woken to hear that it is done.
/// </remarks>
internal sealed class StreamedBody : IAsyncDisposable
{
    private const int MostHeld = 16 * 1024;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private readonly HttpContext _http;
    private readonly PipeWriter _body;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly CancellationToken _ct;
    private readonly ITimer _patience;      // runs out some time after the last flush, whether that is done or not
    private ValueTask<FlushResult> _flushing;
    private long _flushedAt;
    private int _held;

    /// <summary>The body of an answer.</summary>
    /// <param name="http">Its request.</param>
    /// <param name="timeout">How long the client may take for what was flushed; then the stream (HTTP/2) or the connection is reset.</param>
    /// <param name="time">Times that.</param>
    /// <param name="ct">The end of the answer: by the client, by such a reset, or because the process stops.</param>
    public StreamedBody(HttpContext http, TimeSpan timeout, TimeProvider time, CancellationToken ct)
    {
        (_http, _body, _timeout, _time, _ct) = (http, http.Response.BodyWriter, timeout, time, ct);
        _patience = time.CreateTimer(static body => ((StreamedBody)body!).CutIfSlow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Writes one piece, once what was flushed before has gone out; it need not go out itself before <see cref="Flush"/>.</summary>
    /// <exception cref="OperationCanceledException">The answer has ended.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> piece)
    {
        if (!_flushing.IsCompletedSuccessfully) return WriteLaterAsync(piece);
        Write(piece);
        return ValueTask.CompletedTask;
    }

    /// <summary>Lets go out what was written.</summary>
    /// <exception cref="OperationCanceledException">The answer has ended.</exception>
    public void Flush()
    {
        if (_held == 0) return;
        _held = 0;
        _flushedAt = _time.GetTimestamp();
        // Kept as a task: the timer looks at it too.
        _flushing = _body.FlushAsync(_ct).Preserve();
        if (!_flushing.IsCompleted) _patience.Change(_timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits until all has gone out, or never will.</summary>
    public async ValueTask DisposeAsync()
    {
        // What failed has been heard by whoever wrote; here it only counts that it is over.
        Task last = _flushing.AsTask();
        await last.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _patience.DisposeAsync();
    }

    private async ValueTask WriteLaterAsync(ReadOnlyMemory<byte> piece)
    {
        await _flushing;
        Write(piece);
    }

    private void Write(ReadOnlyMemory<byte> piece)
    {
        _ct.ThrowIfCancellationRequested();
        _body.Write(piece.Span);
        _held += piece.Length;
        if (_held >= MostHeld) Flush();
    }

    // A timer may come late, when another flush has begun, and a little early: the clock it goes by is a coarse one.
    private void CutIfSlow()
    {
        if (_flushing.IsCompleted) return;
        var left = _timeout - _time.GetElapsedTime(_flushedAt);
        if (left > TimeSpan.Zero) _patience.Change(left + Tick, Timeout.InfiniteTimeSpan);
        else _http.Abort();
    }
}
