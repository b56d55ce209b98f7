using System.Net.WebSockets;
using System.Text;

using Google.Protobuf;

using Grpc.Core;

using MiniK8s.ApiServer.Rest.Streams.WebSockets;

using static MiniK8s.ApiServer.Tests.Rest.Streams.StreamRig;

namespace MiniK8s.ApiServer.Tests.Rest.Streams;

/// <summary>portforward in its three shapes, with a kubelet that the test plays.</summary>
public sealed class PortForwardTests : IAsyncLifetime
{
    private StreamRig _rig = null!;

    public async Task InitializeAsync()
    {
        _rig = await StartAsync();
        // An echo in capitals that ends when its caller does; port 81 is closed.
        _rig.Kubelet.Connection = async (inputs, outputs, _) =>
        {
            await inputs.MoveNext(default);
            if (inputs.Current.Start.Port == 81) throw new RpcException(new Grpc.Core.Status(StatusCode.FailedPrecondition, "nobody listens"));
            await outputs.WriteAsync(new() { Connected = new() });
            while (await inputs.MoveNext(default) && inputs.Current.End is null)
                await outputs.WriteAsync(new() { Data = ByteString.CopyFromUtf8(inputs.Current.Data.ToStringUtf8().ToUpperInvariant()) });
        };
    }

    public async Task DisposeAsync() => await _rig.DisposeAsync();

    [Fact]
    public async Task Tunnel_AConnection_CarriesBytesUntilBothAreDone()
    {
        using var upgrade = await TunnelAsync();
        using var socket = WebSocket.CreateFromStream(upgrade.Stream, new WebSocketCreationOptions { IsServer = false });
        var peer = new SpdyPeer(new TunnelStream(socket));

        await OpenPairAsync(peer, 1, port: 80, request: 0);
        // kubectl writes an empty payload as an empty message; it is not the end.
        await socket.SendAsync(Array.Empty<byte>(), WebSocketMessageType.Binary, true, default);
        await peer.DataAsync(3, "hello");
        await peer.DataAsync(3, "", isLast: true);

        Assert.Equal("HELLO", await peer.ReadToEndAsync(3));
        Assert.Equal("", await peer.ReadToEndAsync(1));
    }

    [Fact]
    public async Task Tunnel_SeveralConnections_DoNotMix()
    {
        using var upgrade = await TunnelAsync();
        using var socket = WebSocket.CreateFromStream(upgrade.Stream, new WebSocketCreationOptions { IsServer = false });
        var peer = new SpdyPeer(new TunnelStream(socket));
        await OpenPairAsync(peer, 1, port: 80, request: 0);
        await OpenPairAsync(peer, 5, port: 8080, request: 1);

        await peer.DataAsync(7, "b", isLast: true);
        var second = await peer.ReadToEndAsync(7);
        await peer.DataAsync(3, "a", isLast: true);
        var first = await peer.ReadToEndAsync(3);

        Assert.Equal(("A", "B"), (first, second));
    }

    [Fact]
    public async Task Spdy_NobodyListens_IsToldOnTheErrorStream()
    {
        using var upgrade = await RawUpgrade.SpdyAsync(_rig.Server.Url, $"{Pod}/portforward", "portforward.k8s.io");
        Assert.Contains("X-Stream-Protocol-Version: portforward.k8s.io", upgrade.Head);
        var peer = new SpdyPeer(upgrade.Stream);

        await OpenPairAsync(peer, 1, port: 81, request: 0);

        Assert.Equal("nobody listens", await peer.ReadToEndAsync(1));
    }

    [Theory]
    [InlineData("data", "x")]
    [InlineData("data", "70000")]
    [InlineData("other", "80")]
    public async Task Spdy_StreamThatIsNone_IsReset(string type, string port)
    {
        using var upgrade = await RawUpgrade.SpdyAsync(_rig.Server.Url, $"{Pod}/portforward", "portforward.k8s.io");
        var peer = new SpdyPeer(upgrade.Stream);

        await peer.OpenAsync(1, ("streamtype", type), ("port", port), ("requestid", "0"));

        Assert.Equal(ApiServer.Rest.Streams.Spdy.SpdyFrameType.RstStream, (await peer.ReadAsync())!.Value.Frame.Control);
    }

    [Fact]
    public async Task Tunnel_ClientLeaves_TheKubeletsCallEnds()
    {
        var (begun, ended) = (new TaskCompletionSource(), new TaskCompletionSource());
        _rig.Kubelet.Connection = async (inputs, outputs, context) =>
        {
            await inputs.MoveNext(default);
            await outputs.WriteAsync(new() { Connected = new() });
            context.CancellationToken.Register(ended.SetResult);
            begun.SetResult();
            await ended.Task;
        };
        var upgrade = await TunnelAsync();
        using var socket = WebSocket.CreateFromStream(upgrade.Stream, new WebSocketCreationOptions { IsServer = false });
        await OpenPairAsync(new SpdyPeer(new TunnelStream(socket)), 1, port: 80, request: 0);
        await begun.Task.OrMissing("the connection");

        upgrade.Dispose();

        await ended.Task.OrMissing("the end of the kubelet's call");
    }

    [Fact]
    public async Task Tunnel_FourHoursOfSilence_Ends()
    {
        var time = new ManualTimeProvider();
        await using var rig = await StartAsync(time);
        using var upgrade = await TunnelAsync(rig);
        using var socket = WebSocket.CreateFromStream(upgrade.Stream, new WebSocketCreationOptions { IsServer = false });
        var peer = new SpdyPeer(new TunnelStream(socket));
        await peer.OpenAsync(1, ("streamtype", "error"), ("port", "80"), ("requestid", "0"));
        Assert.Equal(ApiServer.Rest.Streams.Spdy.SpdyFrameType.SynReply, (await peer.ReadAsync())!.Value.Frame.Control);

        time.Advance(TimeSpan.FromHours(4));

        Assert.True(await EndsAsync(peer));
    }

    private static async Task<bool> EndsAsync(SpdyPeer peer)
    {
        try
        {
            return await peer.ReadAsync() is null;
        }
        catch (IOException)
        {
            return true;
        }
    }

    [Fact]
    public async Task Channels_OnePairForEachPort_BeginWithThePortAndCarryBytesOrTheError()
    {
        using var socket = await _rig.ConnectAsync($"{Pod}/portforward?ports=80,81", "v5.channel.k8s.io", "v4.channel.k8s.io");
        Assert.Equal("v4.channel.k8s.io", socket.SubProtocol);

        await SendAsync(socket, 0, "hello");
        var messages = new List<string>();
        for (var i = 0; i < 6; i++) messages.Add(await ReadAsync(socket));

        string[] expected = ["\0P\0", "\u0001P\0", "\u0002Q\0", "\u0003Q\0", "\u0003nobody listens", "\0HELLO"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), messages.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("", "query parameter \"port\" is required")]
    [InlineData("?ports=0", "port \"0\" is not valid")]
    [InlineData("?ports=80&ports=x", "port \"x\" is not valid")]
    public async Task Channels_BadPorts_AreRefused(string query, string message)
    {
        using var upgrade = await RawUpgrade.SendAsync(_rig.Server.Url, "GET", $"{Pod}/portforward{query}",
            "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: v4.channel.k8s.io");

        Assert.Equal(400, upgrade.Code);
        Assert.Contains(Encoding.UTF8.GetString(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(message)).Replace("\\u0022", "\\\""), upgrade.Body);
    }

    private Task<RawUpgrade> TunnelAsync() => TunnelAsync(_rig);

    private static async Task<RawUpgrade> TunnelAsync(StreamRig rig)
    {
        var upgrade = await RawUpgrade.SendAsync(rig.Server.Url, "GET", $"{Pod}/portforward",
            "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io");
        Assert.Equal(101, upgrade.Code);
        Assert.Contains("Sec-WebSocket-Protocol: SPDY/3.1+portforward.k8s.io", upgrade.Head);
        return upgrade;
    }

    private static async Task OpenPairAsync(SpdyPeer peer, int id, int port, int request)
    {
        await peer.OpenAsync(id, ("streamtype", "error"), ("port", $"{port}"), ("requestid", $"{request}"));
        await peer.DataAsync(id, "", isLast: true);
        await peer.OpenAsync(id + 2, ("streamtype", "data"), ("port", $"{port}"), ("requestid", $"{request}"));
    }
}
