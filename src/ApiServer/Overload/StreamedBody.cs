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
    private const int MostHeld = 64 * 1024;
    private readonly HttpContext _http;
    private readonly PipeWriter _body;
    private readonly TimeSpan _timeout;
    private readonly ITimer _patience;      // runs out some time after the last flush, whether that is done or not
    private ValueTask<FlushResult> _flushing;
    private int _held;

    /// <summary>The rest of an answer whose headers are out.</summary>
    /// <param name="http">Its request.</param>
    /// <param name="timeout">How long the client may take for what was flushed; then the stream (HTTP/2) or the connection is reset.</param>
    /// <param name="time">Times that.</param>
    public StreamedBody(HttpContext http, TimeSpan timeout, TimeProvider time)
    {
        (_http, _body, _timeout) = (http, http.Response.BodyWriter, timeout);
        _patience = time.CreateTimer(static body => ((StreamedBody)body!).CutIfSlow(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Writes one piece, once what was flushed before has gone out; it need not go out itself before <see cref="Flush"/>.</summary>
    /// <exception cref="OperationCanceledException">The client left, or did not take what was flushed in time.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> piece)
    {
        if (!_flushing.IsCompletedSuccessfully) return WriteLaterAsync(piece);
        Write(piece);
        return ValueTask.CompletedTask;
    }

    /// <summary>Lets go out what was written.</summary>
    public void Flush()
    {
        _held = 0;
        _flushing = _body.FlushAsync(_http.RequestAborted).Preserve();
        if (!_flushing.IsCompleted) _patience.Change(_timeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Waits until all has gone out, or never will.</summary>
    public async ValueTask DisposeAsync()
    {
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
        _http.RequestAborted.ThrowIfCancellationRequested();
        _body.Write(piece.Span);
        _held += piece.Length;
        if (_held >= MostHeld) Flush();
    }

    private void CutIfSlow()
    {
        if (!_flushing.IsCompleted) _http.Abort();
    }
}
