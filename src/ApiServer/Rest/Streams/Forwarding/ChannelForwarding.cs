using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Text;

using MiniK8s.ApiServer.Rest.Streams.WebSockets;

namespace MiniK8s.ApiServer.Rest.Streams.Forwarding;

/// <summary>Port-forward over a WebSocket's channels, as clients that are not kubectl do it: one connection for each port in the query.</summary>
/// <remarks>
/// The n-th port has channel 2n for its bytes, both ways, and 2n + 1 for an error. The first message on either is the port itself, two bytes,
/// little-endian. No channel can end alone: the WebSocket is closed when all connections are over.
/// </remarks>
internal sealed class ChannelForwarding(ChannelSocket socket, IReadOnlyList<int> ports, TimeProvider time, Func<int, IForwardedEnd, CancellationToken, Task> forward)
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(10);

    private readonly PortChannels[] _channels = [.. ports.Select((_, index) => new PortChannels(socket, (byte)(2 * index)))];

    public async Task RunAsync(CancellationToken ct)
    {
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = ReadAsync(closing.Token);
        try
        {
            for (var i = 0; i < ports.Count; i++) await _channels[i].GreetAsync(ports[i], ct);
            await Task.WhenAll(ports.Select((port, index) => ForwardAsync(port, _channels[index], ct)));
            await socket.CloseAsync(ct);
            await reading.WaitAsync(Farewell, time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (Exception ex) when (ex is IOException or OperationCanceledException)
        {
            // The client has left before anything began, or has been silent for too long.
        }
        finally
        {
            await closing.CancelAsync();
            await reading;
        }
    }

    // Once a connection is over, what still comes for it is thrown away, and holds up no other.
    private async Task ForwardAsync(int port, PortChannels channels, CancellationToken ct)
    {
        using (channels) await forward(port, channels, ct);
    }

    private async Task ReadAsync(CancellationToken ct)
    {
        try
        {
            while (await socket.ReadAsync(ct) is { } piece)
                if (piece.Channel % 2 == 0 && piece.Channel / 2 < _channels.Length) await _channels[piece.Channel / 2].TakeAsync(piece.Bytes, ct);
        }
        catch (Exception ex) when (ex is WebSocketException or IOException or OperationCanceledException)
        {
            // However it came about, the client is not there any more.
        }
        foreach (var channel in _channels) channel.Break();
    }

    private sealed class PortChannels(ChannelSocket socket, byte data) : IForwardedEnd, IDisposable
    {
        private readonly Pipe _input = new(new(pauseWriterThreshold: 64 << 10, resumeWriterThreshold: 32 << 10, useSynchronizationContext: false));
        private readonly CancellationTokenSource _broken = new();

        public PipeReader Input => _input.Reader;

        public CancellationToken Broken => _broken.Token;

        public async ValueTask GreetAsync(int port, CancellationToken ct)
        {
            var bytes = new byte[2];
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)port);
            await socket.WriteAsync(data, bytes, ct);
            await socket.WriteAsync((byte)(data + 1), bytes, ct);
        }

        public async ValueTask TakeAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => await _input.Writer.WriteAsync(bytes, ct);

        public void Break()
        {
            _input.Writer.Complete();
            _broken.Cancel();
        }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken ct) => socket.WriteAsync(data, bytes, ct);

        public ValueTask FailAsync(string why, CancellationToken ct) => socket.WriteAsync((byte)(data + 1), Encoding.UTF8.GetBytes(why), ct);

        public ValueTask EndAsync(CancellationToken ct) => ValueTask.CompletedTask;

        public void Dispose() => _input.Reader.Complete();
    }
}
