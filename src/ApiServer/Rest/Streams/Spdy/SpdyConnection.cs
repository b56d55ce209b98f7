using System.Buffers;
using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Threading.Channels;

namespace MiniK8s.ApiServer.Rest.Streams.Spdy;

/// <summary>The serving side of SPDY/3.1 on any byte stream, as far as Kubernetes' clients use it: they open streams, we answer.</summary>
/// <remarks>
/// frame            | what is done
/// -----------------+------------------------------------------------------------------------------------------
/// SYN_STREAM       | a new stream, handed out by <see cref="AcceptAsync"/>; more than <see cref="MaxStreams"/> at once are refused
/// DATA             | for its stream; for one that is not (any more) open it is thrown away
/// RST_STREAM       | the stream is broken off
/// PING             | sent back
/// GOAWAY           | the end, once what is open has come to its own end
/// SETTINGS, HEADERS, WINDOW_UPDATE, SYN_REPLY | nothing: flow control is not kept by the clients there are, back-pressure is the transport's
/// anything else, a control frame over 64 KiB, a wrong id | <see cref="SpdyException"/>: the connection is over
/// </remarks>
internal sealed class SpdyConnection : IDisposable
{
    public const int MaxStreams = 512;
    private const int MaxControlLength = 64 << 10;
    private const int StreamIdLength = 4;
    private const int SynStreamLength = 10;     // stream id, associated id, priority, slot

    private readonly PipeReader _reader;
    private readonly SpdyWire _wire;
    private readonly SpdyHeaderReader _headers = new();
    private readonly SpdyHeaderWriter _replies = new();
    private readonly ConcurrentDictionary<int, SpdyStream> _streams = new();
    private readonly Channel<SpdyStream> _accepted = Channel.CreateBounded<SpdyStream>(MaxStreams);
    private int _lastId;

    public SpdyConnection(Stream transport)
    {
        _reader = PipeReader.Create(transport, new(bufferSize: 32 << 10, leaveOpen: true));
        _wire = new SpdyWire(transport);
    }

    /// <summary>The streams that the other side opens, in order; ends with the connection.</summary>
    public IAsyncEnumerable<SpdyStream> AcceptAsync(CancellationToken ct) => _accepted.Reader.ReadAllAsync(ct);

    /// <summary>Reads until the other side ends the connection; then every stream is over.</summary>
    /// <exception cref="SpdyException">The other side breaks the protocol.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task RunAsync(CancellationToken ct)
    {
        try
        {
            while (await ReadHeadAsync(ct) is { } frame) await TakeAsync(frame, ct);
        }
        finally
        {
            _accepted.Writer.TryComplete();
            foreach (var stream in _streams.Values) stream.Break();
        }
    }

    public void Dispose()
    {
        _reader.Complete();
        _headers.Dispose();
    }

    internal ValueTask ReplyAsync(SpdyStream stream, CancellationToken ct) => _wire.SendAsync(
        () =>
        {
            var id = new byte[StreamIdLength];
            BinaryPrimitives.WriteInt32BigEndian(id, stream.Id);
            return SpdyFrame.Of(SpdyFrameType.SynReply, 0, [.. id, .. _replies.Write([])]);
        }, ct);

    internal ValueTask ResetAsync(int id, SpdyStatus status, CancellationToken ct) => _wire.SendAsync(
        () =>
        {
            var content = new byte[2 * StreamIdLength];
            BinaryPrimitives.WriteInt32BigEndian(content, id);
            BinaryPrimitives.WriteInt32BigEndian(content.AsSpan(StreamIdLength), (int)status);
            return SpdyFrame.Of(SpdyFrameType.RstStream, 0, content);
        }, ct);

    internal async ValueTask SendDataAsync(int id, ReadOnlyMemory<byte> bytes, bool isLast, CancellationToken ct)
    {
        // Copied at once: the wire may still hold it when the caller has stopped waiting and uses its buffer again.
        var frame = new byte[SpdyFrame.HeadLength + bytes.Length];
        new SpdyFrame(null, id, isLast ? SpdyFrame.Fin : (byte)0, bytes.Length).Write(frame);
        bytes.Span.CopyTo(frame.AsSpan(SpdyFrame.HeadLength));
        await _wire.SendAsync(() => frame, ct);
    }

    internal void Forget(SpdyStream stream) => _streams.TryRemove(KeyValuePair.Create(stream.Id, stream));

    private async ValueTask<SpdyFrame?> ReadHeadAsync(CancellationToken ct)
    {
        var read = await _reader.ReadAtLeastAsync(SpdyFrame.HeadLength, ct);
        if (read.Buffer.Length < SpdyFrame.HeadLength)
            return read.Buffer.IsEmpty ? null : throw new SpdyException("the connection ended within a frame");

        var head = new byte[SpdyFrame.HeadLength];
        read.Buffer.Slice(0, SpdyFrame.HeadLength).CopyTo(head);
        _reader.AdvanceTo(read.Buffer.GetPosition(SpdyFrame.HeadLength));
        return SpdyFrame.Parse(head);
    }

    private ValueTask TakeAsync(SpdyFrame frame, CancellationToken ct) => frame.Control is { } type ? TakeControlAsync(type, frame, ct) : TakeDataAsync(frame, ct);

    private async ValueTask TakeDataAsync(SpdyFrame frame, CancellationToken ct)
    {
        var stream = _streams.GetValueOrDefault(frame.StreamId);
        for (var left = frame.Length; left > 0;)
        {
            var read = await _reader.ReadAtLeastAsync(1, ct);
            if (read.Buffer.IsEmpty) throw new SpdyException("the connection ended within a frame");
            var piece = read.Buffer.Slice(0, long.Min(left, read.Buffer.Length));
            if (stream is not null)
                foreach (var bytes in piece) await stream.TakeAsync(bytes, ct);
            left -= (int)piece.Length;
            _reader.AdvanceTo(piece.End);
        }
        if (frame.IsLast) stream?.EndInput();
    }

    private async ValueTask TakeControlAsync(SpdyFrameType type, SpdyFrame frame, CancellationToken ct)
    {
        if (frame.Length > MaxControlLength) throw new SpdyException($"a control frame of {frame.Length} bytes is too long");
        var content = await ReadContentAsync(frame.Length, ct);
        switch (type)
        {
            case SpdyFrameType.SynStream:
                await OpenAsync(frame, content, ct);
                break;
            case SpdyFrameType.RstStream:
                if (content.Length < 2 * StreamIdLength) throw new SpdyException("RST_STREAM is too short");
                _streams.GetValueOrDefault(IdOf(content))?.Break();
                break;
            case SpdyFrameType.Ping:
                await _wire.SendAsync(() => SpdyFrame.Of(SpdyFrameType.Ping, 0, content), ct);
                break;
            case SpdyFrameType.GoAway:
                _accepted.Writer.TryComplete();
                break;
            case SpdyFrameType.Settings or SpdyFrameType.SynReply or SpdyFrameType.Headers or SpdyFrameType.WindowUpdate:
                break;
            default:
                throw new SpdyException($"a frame of type {(int)type} is unknown");
        }
    }

    private async ValueTask<byte[]> ReadContentAsync(int length, CancellationToken ct)
    {
        if (length == 0) return [];             // waiting for nothing would wait for the next frame
        var read = await _reader.ReadAtLeastAsync(length, ct);
        if (read.Buffer.Length < length) throw new SpdyException("the connection ended within a frame");
        var content = read.Buffer.Slice(0, length).ToArray();
        _reader.AdvanceTo(read.Buffer.GetPosition(length));
        return content;
    }

    private async ValueTask OpenAsync(SpdyFrame frame, byte[] content, CancellationToken ct)
    {
        if (content.Length < SynStreamLength) throw new SpdyException("SYN_STREAM is too short");
        var id = IdOf(content);
        // Every block must be read, also a refused stream's: what comes later builds on it.
        var headers = _headers.Read(content.AsSpan(SynStreamLength));
        if (id % 2 == 0 || id <= _lastId) throw new SpdyException($"{id} cannot be the next stream's id");
        _lastId = id;
        var stream = new SpdyStream(this, id, headers);
        if (_streams.Count >= MaxStreams)
        {
            await ResetAsync(id, SpdyStatus.RefusedStream, ct);
            return;
        }
        _streams[id] = stream;
        if (frame.IsLast) stream.EndInput();
        if (!_accepted.Writer.TryWrite(stream)) await stream.ResetAsync(SpdyStatus.RefusedStream, ct);
    }

    private static int IdOf(byte[] content) => BinaryPrimitives.ReadInt32BigEndian(content) & int.MaxValue;
}
