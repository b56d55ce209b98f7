using System.Buffers;
using System.Buffers.Binary;
using System.Diagnostics;

using Google.Protobuf;

namespace MiniK8s.Load;

/// <summary>Many watch streams on one connection: 200 watchers hear of 200,000 events a second on the cores that the server needs too.</summary>
internal sealed class WatchListener : IDisposable
{
    private const int BufferBytes = 256 * 1024;
    private readonly FrameConnection _connection;
    private readonly WatchedStream[] _streams;
    private readonly FrameHandler _take;

    private WatchListener(FrameConnection connection, int streams)
    {
        (_connection, _streams) = (connection, [.. Enumerable.Range(0, streams).Select(_ => new WatchedStream())]);
        _take = Take;
    }

    /// <summary>Connects, and opens so many streams that each send the one request and listen.</summary>
    /// <param name="server">A server of gRPC without TLS.</param>
    /// <param name="streams">How many.</param>
    /// <param name="method">The path of the method, with its first slash.</param>
    /// <param name="request">Asks for what comes after a revision that is known: the watch may be made at leisure then.</param>
    public static async Task<WatchListener> OpenAsync(Uri server, int streams, string method, IMessage request)
    {
        var connection = await FrameConnection.ConnectAsync(server, method, BufferBytes);
        for (var i = 0; i < streams; i++) connection.Call((i * 2) + 1, request);     // nothing more is asked; the answers go on
        await connection.FlushAsync();
        return new WatchListener(connection, streams);
    }

    /// <summary>Listens until every stream has heard of so many events.</summary>
    /// <returns>How long each event took from its sending, and how many responses brought them.</returns>
    public async Task<(IEnumerable<TimeSpan> Latencies, int Responses)> HearAsync(int events)
    {
        foreach (var stream in _streams) stream.Begin(events);
        while (_streams.Any(stream => stream.Latencies.Count < events)) await _connection.ReadAsync(_take);
        return (_streams.SelectMany(stream => stream.Latencies), _streams.Sum(stream => stream.Responses));
    }

    public void Dispose() => _connection.Dispose();

    private void Take(FrameType type, bool endsStream, int stream, ReadOnlySpan<byte> payload)
    {
        if (endsStream) throw new IOException("The server ended a watch.");
        if (type == FrameType.Data) _streams[(stream - 1) / 2].Take(payload);
    }

    /// <summary>What one stream has heard.</summary>
    private sealed class WatchedStream
    {
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
            while (data.Length >= FrameConnection.PrefixBytes && BinaryPrimitives.ReadInt32BigEndian(data[1..]) is var length && data.Length >= FrameConnection.PrefixBytes + length)
            {
                Responses++;
                foreach (var sent in new SendingTimes(data.Slice(FrameConnection.PrefixBytes, length))) Latencies.Add(Stopwatch.GetElapsedTime(sent));
                data = data[(FrameConnection.PrefixBytes + length)..];
            }
            var rest = data.ToArray();
            _partial.ResetWrittenCount();
            _partial.Write(rest);
        }
    }
}
