using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

using Google.Protobuf;

namespace MiniK8s.Load;

/// <summary>The frames of HTTP/2 that a client of gRPC reads or writes (RFC 9113, 6).</summary>
internal enum FrameType : byte { Data, Headers, Priority, ResetStream, Settings, PushPromise, Ping, GoAway, WindowUpdate }

/// <summary>Takes one frame of a stream, <see cref="FrameType.Data"/> or <see cref="FrameType.Headers"/>.</summary>
/// <param name="type">Which of the two.</param>
/// <param name="endsStream">Whether it is the stream's last.</param>
/// <param name="stream">The stream's number.</param>
/// <param name="payload">What it carries, until the method returns.</param>
internal delegate void FrameHandler(FrameType type, bool endsStream, int stream, ReadOnlySpan<byte> payload);

/// <summary>One method of gRPC over a connection of HTTP/2 without TLS, written and read frame by frame without an object for any of them.</summary>
/// <remarks>
/// Load and server share the machine's cores, so what the load itself takes blurs every comparison: an ordinary client took one core of two to
/// hear of 200,000 events a second, and more than the server for a request. This one opens windows of 2 GiB and is done with them when it has
/// received as much, which is more than any of the benchmarks brings a connection. It never waits for the server's: a request is far smaller than
/// what a server gives back of its windows at once.
/// </remarks>
internal sealed class FrameConnection : IDisposable
{
    /// <summary>Of each gRPC message: compressed or not, and its length.</summary>
    public const int PrefixBytes = 5;

    private const int HeaderBytes = 9;
    private const int WholeWindow = int.MaxValue;
    private const int FirstWindow = 65_535;
    private const byte EndHeaders = 0x4;
    private const byte EndStream = 0x1;
    private const byte Ack = 0x1;
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly ArrayBufferWriter<byte> _sending = new();
    private readonly byte[] _received;
    private readonly byte[] _announced;
    private bool _isAnnounced;
    private int _length;

    private FrameConnection(string authority, string method, int bufferBytes) =>
        (_received, _announced) = (new byte[bufferBytes], AnnouncedHeaders(authority, method));

    // HPACK (RFC 7541): POST and http by their place in the static table, then the five that AnnouncedHeaders put into the table of the connection.
    private static ReadOnlySpan<byte> IndexedHeaders => [0x83, 0x86, 0xC2, 0xC1, 0xC0, 0xBF, 0xBE];

    /// <summary>Connects and opens the windows.</summary>
    /// <param name="server">A server of gRPC without TLS.</param>
    /// <param name="method">The path of the method, with its first slash.</param>
    /// <param name="bufferBytes">How much is read at once; no less than a largest frame, 16,393 bytes.</param>
    public static async Task<FrameConnection> ConnectAsync(Uri server, string method, int bufferBytes)
    {
        var connection = new FrameConnection(server.Authority, method, bufferBytes);
        await connection._socket.ConnectAsync(server.Host, server.Port);
        connection._sending.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        connection.Write(FrameType.Settings, 0, 0, [0, 4, .. Number(WholeWindow)]);            // SETTINGS_INITIAL_WINDOW_SIZE
        connection.Write(FrameType.WindowUpdate, 0, 0, Number(WholeWindow - FirstWindow));
        return connection;
    }

    /// <summary>Writes a call with its one message. It leaves with the next flush.</summary>
    /// <param name="stream">An odd number greater than any before.</param>
    /// <param name="request">The message.</param>
    public void Call(int stream, IMessage request)
    {
        Write(FrameType.Headers, EndHeaders, stream, _isAnnounced ? IndexedHeaders : _announced);
        _isAnnounced = true;
        var size = request.CalculateSize();
        WriteHeader(FrameType.Data, EndStream, stream, PrefixBytes + size);
        var message = _sending.GetSpan(PrefixBytes + size)[..(PrefixBytes + size)];
        message[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(message[1..], size);
        request.WriteTo(message[PrefixBytes..]);
        _sending.Advance(message.Length);
    }

    /// <summary>Sends what was written.</summary>
    public async ValueTask FlushAsync()
    {
        if (_sending.WrittenCount == 0) return;
        await _socket.SendAsync(_sending.WrittenMemory);
        _sending.ResetWrittenCount();
    }

    /// <summary>Waits for more from the server, hands over what concerns a stream, and answers what concerns the connection.</summary>
    /// <exception cref="IOException">The server ended the connection or a stream.</exception>
    public async ValueTask ReadAsync(FrameHandler take)
    {
        var read = await _socket.ReceiveAsync(_received.AsMemory(_length));
        if (read == 0) throw new IOException("The server closed the connection.");
        _length += read;
        Take(take);
        await FlushAsync();
    }

    public void Dispose() => _socket.Dispose();

    private void Take(FrameHandler take)
    {
        var at = 0;
        while (_length - at >= HeaderBytes)
        {
            var header = _received.AsSpan(at, HeaderBytes);
            var length = (header[0] << 16) | (header[1] << 8) | header[2];
            if (_length - at < HeaderBytes + length) break;
            Take((FrameType)header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header[5..]), _received.AsSpan(at + HeaderBytes, length), take);
            at += HeaderBytes + length;
        }
        _received.AsSpan(at, _length - at).CopyTo(_received);
        _length -= at;
    }

    private void Take(FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload, FrameHandler take)
    {
        switch (type)
        {
            case FrameType.Data or FrameType.Headers: take(type, (flags & EndStream) != 0, stream, payload); break;
            case FrameType.Settings when (flags & Ack) == 0: Write(FrameType.Settings, Ack, 0, []); break;
            case FrameType.Ping when (flags & Ack) == 0: Write(FrameType.Ping, Ack, 0, payload); break;
            case FrameType.ResetStream or FrameType.GoAway: throw new IOException($"The server ended a stream or the connection: {type} {Convert.ToHexString(payload)}.");
        }
    }

    private void Write(FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        WriteHeader(type, flags, stream, payload.Length);
        _sending.Write(payload);
    }

    private void WriteHeader(FrameType type, byte flags, int stream, int length)
    {
        var header = _sending.GetSpan(HeaderBytes);
        BinaryPrimitives.WriteInt32BigEndian(header, (length << 8) | (byte)type);
        header[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(header[5..], stream);
        _sending.Advance(HeaderBytes);
    }

    // What grpc-go sends: each header literally once, and from then on by its place in the connection's table.
    private static byte[] AnnouncedHeaders(string authority, string method) =>
    [
        0x83, 0x86, 0x44, .. Text(method), 0x41, .. Text(authority), 0x5F, .. Text("application/grpc"), 0x7A, .. Text("mk8s-bench"),
        0x40, .. Text("te"), .. Text("trailers"),
    ];

    private static byte[] Number(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
}
