using System.Text;
using System.Threading.Channels;

using Grpc.Core;

using MiniK8s.Kubelet.NodeLinks;
using MiniK8s.Kubelet.Simulation.Network;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.Tests.NodeLinks;

/// <summary>A connection carried between two processes behaves as one within a process does.</summary>
public sealed class LinkedConnectionTests
{
    [Fact]
    public async Task Carry_BytesBothWays_ArriveInOrderThroughAnyNumberOfPieces()
    {
        await using var wire = new Wire();
        var sent = Enumerable.Range(0, 300_000).Select(i => (byte)i).ToArray();

        var sending = wire.Client.WriteAsync(sent).AsTask();
        var received = new byte[sent.Length];
        await wire.Server.ReadExactlyAsync(received).AsTask().OrMissing("all of the bytes");
        await sending.OrMissing("the end of sending");
        await wire.Server.WriteAsync("back"u8.ToArray());

        Assert.Equal(sent, received);
        Assert.Equal("back", await ReadAsync(wire.Client, 4));
    }

    [Fact]
    public async Task Carry_OneSideHasNoMoreToSend_TheOtherMayGoOn()
    {
        await using var wire = new Wire();

        await wire.Client.WriteAsync("question"u8.ToArray());
        wire.Client.CloseSending();
        var question = await ReadAsync(wire.Server, 8);
        var end = await wire.Server.ReadAsync(new byte[1]).AsTask().OrMissing("the end of the question");
        await wire.Server.WriteAsync("answer"u8.ToArray());
        wire.Server.CloseSending();

        Assert.Equal(("question", 0, "answer"), (question, end, await ReadAsync(wire.Client, 6)));
        await wire.Over.OrMissing("the end of the connection on both sides");
    }

    [Fact]
    public async Task Carry_OneSideCloses_TheOtherReadsItsEndAndCannotSend()
    {
        await using var wire = new Wire();

        await wire.Client.DisposeAsync();

        Assert.Equal(0, await wire.Server.ReadAsync(new byte[1]).AsTask().OrMissing("the end"));
        await wire.Server.WriteAsync("too late"u8.ToArray());
        await wire.Over.OrMissing("the end of the connection on both sides");
    }

    [Fact]
    public async Task Carry_TheCallBreaks_BothSidesReadTheirEnd()
    {
        await using var wire = new Wire();

        wire.Break();

        Assert.Equal(0, await wire.Server.ReadAsync(new byte[1]).AsTask().OrMissing("the server's end"));
        Assert.Equal(0, await wire.Client.ReadAsync(new byte[1]).AsTask().OrMissing("the client's end"));
        await wire.Over.OrMissing("the end of the connection on both sides");
    }

    private static async Task<string> ReadAsync(Connection from, int count)
    {
        var bytes = new byte[count];
        await from.ReadExactlyAsync(bytes).AsTask().OrMissing($"{count} bytes");
        return Encoding.UTF8.GetString(bytes);
    }

    // Two processes, and two streams of messages between them.
    private sealed class Wire : IAsyncDisposable
    {
        private readonly Messages _up = new();
        private readonly Messages _down = new();
        private readonly CancellationTokenSource _call = new();

        public Wire()
        {
            (Client, var clientEnd) = Connection.Create("10.244.1.2:40000", "10.244.2.2:80");
            (var serverEnd, Server) = Connection.Create("10.244.1.2:40000", "10.244.2.2:80");
            Over = Task.WhenAll(CarryAsync(new LinkedConnection(clientEnd, _down, _up)), CarryAsync(new LinkedConnection(serverEnd, _up, _down)));

            // Where one side breaks off, the call ends for the other.
            async Task CarryAsync(LinkedConnection side)
            {
                if (!await side.CarryAsync(_call.Token)) Break();
            }
        }

        public Connection Client { get; }

        public Connection Server { get; }

        public Task Over { get; }

        public void Break()
        {
            _up.Break();
            _down.Break();
            _call.Cancel();
        }

        public async ValueTask DisposeAsync()
        {
            await Client.DisposeAsync();
            await Server.DisposeAsync();
            Break();
            await Over.OrMissing("the end of both sides");
            _call.Dispose();
        }
    }

    private sealed class Messages : IAsyncStreamReader<LinkMessage>, IAsyncStreamWriter<LinkMessage>
    {
        private readonly Channel<LinkMessage> _channel = Channel.CreateBounded<LinkMessage>(2);

        public LinkMessage Current { get; private set; } = new();

        public WriteOptions? WriteOptions { get; set; }

        public void Break() => _channel.Writer.TryComplete();

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await _channel.Reader.WaitToReadAsync(cancellationToken) || !_channel.Reader.TryRead(out var message)) return false;
            Current = message;
            return true;
        }

        public async Task WriteAsync(LinkMessage message)
        {
            try
            {
                await _channel.Writer.WriteAsync(message);
            }
            catch (ChannelClosedException)
            {
                throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "broken"));
            }
        }

        public Task WriteAsync(LinkMessage message, CancellationToken cancellationToken) => WriteAsync(message).WaitAsync(cancellationToken);
    }
}
