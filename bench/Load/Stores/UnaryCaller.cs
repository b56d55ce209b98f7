using Google.Protobuf;

namespace MiniK8s.Load.Stores;

/// <summary>One client on a connection of its own, calling one method again and again, one call at a time.</summary>
internal sealed class UnaryCaller : IDisposable
{
    private const int BufferBytes = 20 * 1024;
    private readonly FrameConnection _connection;
    private readonly FrameHandler _take;
    private int _stream = -1;
    private bool _answered;
    private bool _ended;

    private UnaryCaller(FrameConnection connection)
    {
        _connection = connection;
        _take = Take;
    }

    /// <param name="server">A server of gRPC without TLS.</param>
    /// <param name="method">The path of the method, with its first slash.</param>
    public static async Task<UnaryCaller> ConnectAsync(Uri server, string method) =>
        new(await FrameConnection.ConnectAsync(server, method, BufferBytes));

    /// <summary>Calls, and waits for the answer's end. The answer itself is not decoded.</summary>
    /// <exception cref="IOException">The call failed: it ended without an answer, as every status but OK does.</exception>
    public async ValueTask CallAsync(IMessage request)
    {
        _stream += 2;
        _answered = _ended = false;
        _connection.Call(_stream, request);
        await _connection.FlushAsync();
        while (!_ended) await _connection.ReadAsync(_take);
        if (!_answered) throw new IOException("The server refused a request; etcdctl shows with what error.");
    }

    public void Dispose() => _connection.Dispose();

    private void Take(FrameType type, bool endsStream, int stream, ReadOnlySpan<byte> payload)
    {
        _answered |= type == FrameType.Data;
        _ended |= endsStream;
    }
}
