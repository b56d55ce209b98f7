using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

using Google.Protobuf;

namespace MiniK8s.Load;

/// <summary>Many watch streams on one connection, read frame by frame (RFC 9113) without an object for any of them.</summary>
/// <remarks>
/// 200 watchers hear of 200,000 events a second on the cores that the server needs too. An ordinary client took one of the two, and its
/// collector stopped it for 4 % of the time: what was measured was the client. This one opens windows large enough never to be asked for more.
/// </remarks>
internal sealed class WatchListener : IDisposable
{
    private const int HeaderBytes = 9;
    private const int BufferBytes = 256 * 1024;
    private const int WholeWindow = int.MaxValue;
    private const int FirstWindow = 65_535;
    private const byte EndHeaders = 0x4;
    private const byte EndStream = 0x1;     // nothing more is asked; the answers go on
    private const byte Ack = 0x1;
    private readonly Socket _socket;
    private readonly ArrayBufferWriter<byte> _sending = new();
    private readonly byte[] _received = new byte[BufferBytes];
    private readonly WatchedStream[] _streams;
    private int _length;

    private WatchListener(Socket socket, int streams) =>
        (_socket, _streams) = (socket, [.. Enumerable.Range(0, streams).Select(_ => new WatchedStream())]);

    private enum Frame : byte { Data, Headers, Priority, ResetStream, Settings, PushPromise, Ping, GoAway, WindowUpdate }

    /// <summary>Connects, and opens so many streams that each send the one request and listen.</summary>
    /// <param name="server">A server of gRPC without TLS.</param>
    /// <param name="streams">How many.</param>
    /// <param name="method">The path of the method, with its first slash.</param>
    /// <param name="request">Asks for what comes after a revision that is known: the watch may be made at leisure then.</param>
    public static async Task<WatchListener> OpenAsync(Uri server, int streams, string method, IMessage request)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server.Host, server.Port);
        var listener = new WatchListener(socket, streams);
        listener.Begin(server.Authority, method, request.ToByteArray());
        await listener.FlushAsync();
        return listener;
    }

    /// <summary>Listens until every stream has heard of so many events.</summary>
    /// <returns>How long each event took from its sending, and how many responses brought them.</returns>
    public async Task<(IEnumerable<TimeSpan> Latencies, int Responses)> HearAsync(int events)
    {
        foreach (var stream in _streams) stream.Begin(events);
        while (_streams.Any(stream => stream.Latencies.Count < events)) await ReadAsync();
        return (_streams.SelectMany(stream => stream.Latencies), _streams.Sum(stream => stream.Responses));
    }

    public void Dispose() => _socket.Dispose();

    private void Begin(string authority, string method, byte[] request)
    {
        _sending.Write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Write(Frame.Settings, 0, 0, [0, 4, .. Number(WholeWindow)]);            // SETTINGS_INITIAL_WINDOW_SIZE
        Write(Frame.WindowUpdate, 0, 0, Number(WholeWindow - FirstWindow));
        // HPACK (RFC 7541): POST and http by their place in the static table, the rest literally, never indexed.
        byte[] headers =
        [
            0x83, 0x86, 0x04, .. Text(method), 0x01, .. Text(authority), 0x0F, 0x10, .. Text("application/grpc"),
            0x00, .. Text("te"), .. Text("trailers"),
        ];
        byte[] message = [0, .. Number(request.Length), .. request];
        for (var i = 0; i < _streams.Length; i++)
        {
            Write(Frame.Headers, EndHeaders, Id(i), headers);
            Write(Frame.Data, EndStream, Id(i), message);
        }
    }

    private async Task ReadAsync()
    {
        var read = await _socket.ReceiveAsync(_received.AsMemory(_length));
        if (read == 0) throw new IOException("The server closed the connection of the watchers.");
        _length += read;
        var at = 0;
        while (_length - at >= HeaderBytes)
        {
            var header = _received.AsSpan(at, HeaderBytes);
            var length = (header[0] << 16) | (header[1] << 8) | header[2];
            if (_length - at < HeaderBytes + length) break;
            Take((Frame)header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header[5..]), _received.AsSpan(at + HeaderBytes, length));
            at += HeaderBytes + length;
        }
        _received.AsSpan(at, _length - at).CopyTo(_received);
        _length -= at;
        await FlushAsync();
    }

    private void Take(Frame type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        switch (type)
        {
            case Frame.Data: _streams[(stream - 1) / 2].Take(payload); break;
            case Frame.Settings when (flags & Ack) == 0: Write(Frame.Settings, Ack, 0, []); break;
            case Frame.Ping when (flags & Ack) == 0: Write(Frame.Ping, Ack, 0, payload); break;
            case Frame.ResetStream or Frame.GoAway: throw new IOException($"The server ended a watch: {type} {Convert.ToHexString(payload)}.");
        }
    }

    private async Task FlushAsync()
    {
        if (_sending.WrittenCount == 0) return;
        await _socket.SendAsync(_sending.WrittenMemory);
        _sending.ResetWrittenCount();
    }

    private void Write(Frame type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        _sending.Write(Number(payload.Length).AsSpan(1));
        _sending.Write([(byte)type, flags]);
        _sending.Write(Number(stream));
        _sending.Write(payload);
    }

    private static int Id(int index) => (index * 2) + 1;

    private static byte[] Number(int number)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Text(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    /// <summary>What one stream has heard.</summary>
    private sealed class WatchedStream
    {
        private const int PrefixBytes = 5;      // of a gRPC message: compressed or not, and its length
        private readonly ArrayBufferWriter<byte> _partial = new();

        public List<TimeSpan> Latencies { get; } = [];

        public int Responses { get; private set; }

        public void Begin(int events)
        {
            Latencies.Clear();
            Latencies.EnsureCapacity(events);
            Responses = 0;
        }

        public void Take(ReadOnlySpan<byte> data)
        {
            if (_partial.WrittenCount > 0)
            {
                _partial.Write(data);
                data = _partial.WrittenSpan;
            }
            while (data.Length >= PrefixBytes && BinaryPrimitives.ReadInt32BigEndian(data[1..]) is var length && data.Length >= PrefixBytes + length)
            {
                Responses++;
                foreach (var sent in new SendingTimes(data.Slice(PrefixBytes, length))) Latencies.Add(Stopwatch.GetElapsedTime(sent));
                data = data[(PrefixBytes + length)..];
            }
            var rest = data.ToArray();
            _partial.ResetWrittenCount();
            _partial.Write(rest);
        }
    }
}
