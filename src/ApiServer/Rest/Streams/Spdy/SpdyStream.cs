using System.IO.Pipelines;

namespace MiniK8s.ApiServer.Rest.Streams.Spdy;

/// <summary>One stream that the other side has opened.</summary>
/// <remarks>
/// <see cref="Input"/> holds at most 256 KiB that have not been read; when it is full the whole connection waits, since SPDY's own windows are
/// not kept by the clients there are. Disposing gives the input up: what still comes is thrown away.
/// </remarks>
internal sealed class SpdyStream : IDisposable
{
    private const int MaxPiece = 32 << 10;

    private readonly SpdyConnection _connection;
    private readonly Pipe _input = new(new(pauseWriterThreshold: 256 << 10, resumeWriterThreshold: 128 << 10, useSynchronizationContext: false));
    private readonly CancellationTokenSource _broken = new();
    private readonly Lock _gate = new();            // guards the two below
    private bool _inputEnded, _outputEnded;

    public SpdyStream(SpdyConnection connection, int id, IReadOnlyDictionary<string, string> headers)
    {
        (_connection, Id, Headers) = (connection, id, headers);
        Broken = _broken.Token;
    }

    public int Id { get; }

    /// <summary>By name, in lower case.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; }

    /// <summary>What the other side sends; ends where it says so, throws when the stream is broken off.</summary>
    public PipeReader Input => _input.Reader;

    /// <summary>Fires when the other side breaks the stream off, and with the connection.</summary>
    public CancellationToken Broken { get; }

    /// <summary>Tells the other side that the stream is taken.</summary>
    public ValueTask AcceptAsync(CancellationToken ct) => _connection.ReplyAsync(this, ct);

    /// <summary>Tells the other side that the stream is not taken, or given up.</summary>
    public async ValueTask ResetAsync(SpdyStatus status, CancellationToken ct)
    {
        lock (_gate) (_inputEnded, _outputEnded) = (true, true);
        _connection.Forget(this);
        await _broken.CancelAsync();
        await _connection.ResetAsync(Id, status, ct);
    }

    /// <summary>Sends the bytes; waits for as long as the transport takes none.</summary>
    /// <exception cref="IOException">The other side has gone, or has broken the stream off.</exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        for (; bytes.Length > 0; bytes = bytes[int.Min(MaxPiece, bytes.Length)..])
        {
            if (Broken.IsCancellationRequested) throw new IOException("the stream has been broken off");
            await _connection.SendDataAsync(Id, bytes[..int.Min(MaxPiece, bytes.Length)], isLast: false, ct);
        }
    }

    /// <summary>No more will be sent.</summary>
    public async ValueTask EndAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            if (_outputEnded) return;
            _outputEnded = true;
        }
        await _connection.SendDataAsync(Id, default, isLast: true, ct);
        ForgetIfOver();
    }

    public void Dispose() => _input.Reader.Complete();

    /// <summary>Takes what has come for this stream. Waits while its input is full; one that nobody reads any more takes everything.</summary>
    internal async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        lock (_gate)
            if (_inputEnded) return;
        await _input.Writer.WriteAsync(bytes, ct);
    }

    /// <summary>The other side has no more to send.</summary>
    internal void EndInput()
    {
        lock (_gate)
        {
            if (_inputEnded) return;
            _inputEnded = true;
        }
        _input.Writer.Complete();
        ForgetIfOver();
    }

    /// <summary>The stream is over in both directions, from one moment to the next. Like all that writes input, called by the reading loop only.</summary>
    internal void Break()
    {
        bool isOpen;
        lock (_gate) (isOpen, _inputEnded, _outputEnded) = (!_inputEnded, true, true);
        _connection.Forget(this);
        // Before the input ends: whom that wakes finds the stream broken off, and must not write to it.
        _broken.Cancel();
        if (isOpen) _input.Writer.Complete(new IOException("the stream has been broken off"));
    }

    private void ForgetIfOver()
    {
        lock (_gate)
            if (!_inputEnded || !_outputEnded) return;
        _connection.Forget(this);
    }
}
