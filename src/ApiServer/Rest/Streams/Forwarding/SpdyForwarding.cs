using System.Globalization;
using System.IO.Pipelines;
using System.Text;

using MiniK8s.ApiServer.Rest.Streams.Spdy;

namespace MiniK8s.ApiServer.Rest.Streams.Forwarding;

/// <summary>Port-forward over SPDY: a pair of streams for each connection, known by their <c>requestid</c>.</summary>
/// <remarks>
/// streams                                | what is done
/// ---------------------------------------+------------------------------------
/// error and data, same requestid         | one connection to their port
/// a second of a kind, no port, no type   | reset
/// one that the other never joins         | waits; the connection's limit on streams bounds them
/// </remarks>
internal sealed class SpdyForwarding(Func<int, IForwardedEnd, CancellationToken, Task> forward)
{
    private readonly Dictionary<string, SpdyStream> _halves = [];       // by requestid
    private readonly List<Task> _connections = [];

    /// <summary>Serves connections until the client has left and all of them are over.</summary>
    public async Task RunAsync(Stream transport, CancellationToken ct)
    {
        using var connection = new SpdyConnection(transport);
        var running = ReadAsync(connection, ct);
        try
        {
            await foreach (var stream in connection.AcceptAsync(ct)) await TakeAsync(stream, ct);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The client has left in the middle of a reply, or has been silent for too long.
        }
        finally
        {
            await running;
            await Task.WhenAll(_connections);
            foreach (var half in _halves.Values) half.Dispose();
        }
    }

    // What breaks here ends the session, and the client's side of it sees just that.
    private static async Task ReadAsync(SpdyConnection connection, CancellationToken ct)
    {
        try
        {
            await connection.RunAsync(ct);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
        }
    }

    private async Task TakeAsync(SpdyStream stream, CancellationToken ct)
    {
        var type = stream.Headers.GetValueOrDefault("streamtype");
        var isNumber = int.TryParse(stream.Headers.GetValueOrDefault("port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535;
        // Clients older than 1.5 count by stream ids only: the error stream comes right before its data stream.
        var id = stream.Headers.GetValueOrDefault("requestid") ?? $"{(type == "data" ? stream.Id - 2 : stream.Id)}";
        _halves.TryGetValue(id, out var other);
        if (!isNumber || type is not ("error" or "data") || other?.Headers["streamtype"] == type)
        {
            await stream.ResetAsync(SpdyStatus.ProtocolError, ct);
            stream.Dispose();
            return;
        }
        await stream.AcceptAsync(ct);
        if (other is null)
        {
            ForgetBrokenHalves();
            _halves[id] = stream;
            return;
        }
        _halves.Remove(id);
        _connections.RemoveAll(done => done.IsCompleted);
        _connections.Add(ForwardAsync(port, type == "data" ? new Pair(stream, other) : new Pair(other, stream), ct));
    }

    private void ForgetBrokenHalves()
    {
        foreach (var (id, half) in _halves.Where(each => each.Value.Broken.IsCancellationRequested).ToList())
        {
            _halves.Remove(id);
            half.Dispose();
        }
    }

    private async Task ForwardAsync(int port, Pair pair, CancellationToken ct)
    {
        using (pair) await forward(port, pair, ct);
    }

    private sealed class Pair(SpdyStream data, SpdyStream error) : IForwardedEnd, IDisposable
    {
        public PipeReader Input => data.Input;

        public CancellationToken Broken => data.Broken;

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => data.WriteAsync(bytes, ct);

        public ValueTask FailAsync(string why, CancellationToken ct) => error.WriteAsync(Encoding.UTF8.GetBytes(why), ct);

        public async ValueTask EndAsync(CancellationToken ct)
        {
            await data.EndAsync(ct);
            await error.EndAsync(ct);
        }

        public void Dispose()
        {
            data.Dispose();
            error.Dispose();
        }
    }
}
