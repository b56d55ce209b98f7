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
    /// <param name="events">How many.</param>
    /// <param name="heard">Told of each as it comes to a stream: which it is of those, from 0.</param>
    /// <returns>How long each event took from its sending, and how many responses brought them.</returns>
    public async Task<(IEnumerable<TimeSpan> Latencies, int Responses)> HearAsync(int events, Action<int>? heard = null)
    {
        foreach (var stream in _streams) stream.Begin(events, heard);
        while (_streams.Any(stream => stream.Latencies.Count < events)) await _connection.ReadAsync(_take);
        return (_streams.SelectMany(stream => stream.Latencies), _streams.Sum(stream => stream.Responses));
    }

    public void Dispose() => _connection.Dispose();

    private void Take(FrameType type, bool endsStream, int stream, ReadOnlySpan<byte> payload)
    {
        if (endsStream) throw new IOException("The server ended a watch.");
        if (type == FrameType.Data) _streams[(stream - 1) / 2].Take(payload);
    }

    /// <summary>What one stream has heard. Messages are read as they come, in pieces: to keep a large one until it is whole cost more than to send it.</summary>
    private sealed class WatchedStream
    {
        private const int SeamBytes = SendingTimes.MarkBytes - 1;
        private readonly byte[] _prefix = new byte[FrameConnection.PrefixBytes];
        private readonly byte[] _seam = new byte[2 * SeamBytes];      // the end of the last piece, where a mark may have begun, and the beginning of this one
        private readonly List<long> _sent = [];                       // what the message in hand has told of so far
        private Action<int>? _heard;
        private int _prefixLength;
        private int _seamLength;
        private int _left;                                            // of the message in hand

        public List<TimeSpan> Latencies { get; } = [];

        public int Responses { get; private set; }

        public void Begin(int events, Action<int>? heard)
        {
            _heard = heard;
            Latencies.Clear();
            Latencies.EnsureCapacity(events);
            Responses = 0;
        }

        public void Take(ReadOnlySpan<byte> data)
        {
            while (!data.IsEmpty)
            {
                var taken = int.Min(data.Length, _left > 0 ? _left : _prefix.Length - _prefixLength);
                if (_left > 0) TakePiece(data[..taken]);
                else TakePrefix(data[..taken]);
                data = data[taken..];
            }
        }

        private void TakePrefix(ReadOnlySpan<byte> bytes)
        {
            bytes.CopyTo(_prefix.AsSpan(_prefixLength));
            _prefixLength += bytes.Length;
            if (_prefixLength < _prefix.Length) return;
            (_left, _prefixLength, _seamLength) = (BinaryPrimitives.ReadInt32BigEndian(_prefix.AsSpan(1)), 0, 0);
            Responses++;
        }

        private void TakePiece(ReadOnlySpan<byte> piece)
        {
            var beginning = piece[..int.Min(piece.Length, SeamBytes)];
            beginning.CopyTo(_seam.AsSpan(_seamLength));
            var seam = _seam.AsSpan(0, _seamLength + beginning.Length);
            foreach (var sent in new SendingTimes(seam)) _sent.Add(sent);
            foreach (var sent in new SendingTimes(piece)) _sent.Add(sent);
            var end = piece.Length < SeamBytes ? seam[int.Max(0, seam.Length - SeamBytes)..] : piece[^SeamBytes..];
            end.CopyTo(_seam);
            _seamLength = end.Length;
            _left -= piece.Length;
            if (_left == 0) Arrive();
        }

        // A client can use an event when it has the whole message.
        private void Arrive()
        {
            foreach (var sent in _sent)
            {
                Latencies.Add(Stopwatch.GetElapsedTime(sent));
                _heard?.Invoke(Latencies.Count - 1);
            }
            _sent.Clear();
        }
    }
}
