using System.Text;

using MiniK8s.ApiServer.Rest.Streams.Spdy;

namespace MiniK8s.ApiServer.Tests.Rest.Streams;

public sealed class SpdyConnectionTests : IAsyncLifetime
{
    private readonly SpdyPeer _peer;
    private readonly SpdyConnection _connection;
    private readonly CancellationTokenSource _ended = new(Patience.Limit);
    private readonly IAsyncEnumerator<SpdyStream> _accepted;
    private readonly Task _running;

    public SpdyConnectionTests()
    {
        var (client, server) = SpdyPeer.Wire();
        (_peer, _connection) = (new SpdyPeer(client), new SpdyConnection(server));
        _accepted = _connection.AcceptAsync(_ended.Token).GetAsyncEnumerator();
        _running = _connection.RunAsync(_ended.Token);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _ended.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _connection.Dispose();
        _ended.Dispose();
    }

    [Fact]
    public async Task Stream_OpenedAndAccepted_CarriesBothDirections()
    {
        await _peer.OpenAsync(1, ("streamtype", "data"), ("port", "80"));
        var stream = await NextAsync();
        await stream.AcceptAsync(default);
        await _peer.DataAsync(1, "up");
        await _peer.DataAsync(1, " and away", isLast: true);
        var up = await ReadAsync(stream);
        await stream.WriteAsync("down"u8.ToArray(), default);
        await stream.EndAsync(default);

        Assert.Equal("up and away", up);
        Assert.Equal(("data", "80"), (stream.Headers["streamtype"], stream.Headers["port"]));
        Assert.Equal(SpdyFrameType.SynReply, (await _peer.ReadAsync())!.Value.Frame.Control);
        Assert.Equal("down", await _peer.ReadToEndAsync(1));
    }

    [Fact]
    public async Task Frames_CutAnywhere_AreTheSame()
    {
        var frames = new MemoryStream();
        var writer = new SpdyPeer(frames);
        await writer.OpenAsync(1, ("streamtype", "data"));
        await writer.DataAsync(1, "abc");
        await writer.DataAsync(1, "", isLast: true);

        foreach (var next in frames.ToArray()) await _peer.SendAsync([next]);

        Assert.Equal("abc", await ReadAsync(await NextAsync()));
    }

    [Fact]
    public async Task Ping_IsSentBack()
    {
        await _peer.SendAsync(SpdyFrame.Of(SpdyFrameType.Ping, 0, 0, 0, 0, 7));

        var (frame, content) = (await _peer.ReadAsync())!.Value;

        Assert.Equal((SpdyFrameType.Ping, (byte)7), (frame.Control, content[3]));
    }

    [Fact]
    public async Task Stream_BrokenOff_SaysSoOnBothSides()
    {
        await _peer.OpenAsync(1);
        var stream = await NextAsync();

        await _peer.ResetAsync(1);

        await Assert.ThrowsAsync<IOException>(() => ReadAsync(stream));
        await Assert.ThrowsAsync<IOException>(() => stream.WriteAsync(new byte[1], default).AsTask());
        Assert.True(stream.Broken.IsCancellationRequested);
    }

    [Fact]
    public async Task Stream_Unread_HoldsUpTheSenderAndNothingIsLost()
    {
        await _peer.OpenAsync(1);
        var stream = await NextAsync();
        var sent = Task.Run(async () =>
        {
            for (var i = 0; i < 64; i++) await _peer.DataAsync(1, new byte[16 << 10]);
            await _peer.DataAsync(1, "", isLast: true);
        });

        var held = stream.Input;
        while (true)
        {
            var seen = await held.ReadAsync(_ended.Token);
            held.AdvanceTo(seen.Buffer.Start, seen.Buffer.End);
            if (seen.Buffer.Length >= 256 << 10) break;
        }

        Assert.False(sent.IsCompleted);
        Assert.Equal(64 * (16 << 10), (await ReadAsync(stream)).Length);
        await sent.OrMissing("the sender's end");
    }

    [Fact]
    public async Task Stream_GivenUp_ThrowsAwayWhatComes()
    {
        await _peer.OpenAsync(1);
        (await NextAsync()).Dispose();

        for (var i = 0; i < 64; i++) await _peer.DataAsync(1, new byte[16 << 10]).OrMissing("room");
        await _peer.OpenAsync(3);

        Assert.Equal(3, (await NextAsync()).Id);
    }

    [Fact]
    public async Task Streams_TooMany_AreRefused()
    {
        for (var i = 0; i < SpdyConnection.MaxStreams; i++) await _peer.OpenAsync(1 + 2 * i);
        await _peer.OpenAsync(1 + 2 * SpdyConnection.MaxStreams);

        var (frame, content) = (await _peer.ReadAsync())!.Value;

        Assert.Equal((SpdyFrameType.RstStream, (byte)SpdyStatus.RefusedStream), (frame.Control, content[7]));
    }

    [Fact]
    public async Task Connection_EndsWithinNothing_EndsQuietly()
    {
        await _peer.OpenAsync(1);
        var stream = await NextAsync();

        await _peer.CloseAsync();
        await _running.OrMissing("the connection's end");

        Assert.True(stream.Broken.IsCancellationRequested);
        Assert.False(await _accepted.MoveNextAsync());
    }

    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "another version", [0x80, 2, 0, 1, 0, 0, 0, 0] },
        { "an unknown type", SpdyFrame.Of((SpdyFrameType)11, 0) },
        { "a control frame too long", [0x80, 3, 0, 4, 0, 1, 0, 1] },
        { "SYN_STREAM too short", SpdyFrame.Of(SpdyFrameType.SynStream, 0, 0, 0, 0, 1) },
        { "RST_STREAM too short", SpdyFrame.Of(SpdyFrameType.RstStream, 0, 0, 0, 0, 1) },
        { "an even id", SpdyFrame.Of(SpdyFrameType.SynStream, 0, [0, 0, 0, 2, 0, 0, 0, 0, 0, 0, .. new SpdyHeaderWriter().Write([])]) },
        { "id 0", SpdyFrame.Of(SpdyFrameType.SynStream, 0, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. new SpdyHeaderWriter().Write([])]) },
        { "no headers", SpdyFrame.Of(SpdyFrameType.SynStream, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Connection_HostileFrame_Ends(string what, byte[] frame)
    {
        Assert.NotNull(what);

        await _peer.SendAsync(frame);

        await Assert.ThrowsAsync<SpdyException>(() => _running.OrMissing("the refusal"));
    }

    [Fact]
    public async Task Connection_CutWithinAFrame_Ends()
    {
        await _peer.SendAsync([0x80, 3, 0]);
        await _peer.CloseAsync();

        await Assert.ThrowsAsync<SpdyException>(() => _running.OrMissing("the refusal"));
    }

    [Fact]
    public async Task Connection_RandomBytes_NeverFailsOtherwise()
    {
        var random = new Random(7);
        for (var i = 0; i < 500; i++)
        {
            var (client, server) = SpdyPeer.Wire();
            using var connection = new SpdyConnection(server);
            var running = connection.RunAsync(_ended.Token);
            var bytes = new byte[random.Next(100)];
            random.NextBytes(bytes);
            if (bytes.Length > 8) (bytes[0], bytes[1], bytes[2], bytes[3], bytes[5], bytes[6]) = (0x80, 3, 0, (byte)random.Next(10), 0, 0);
            await client.WriteAsync(bytes);
            await client.DisposeAsync();

            var error = await Record.ExceptionAsync(() => running.OrMissing("the end"));

            Assert.True(error is null or SpdyException or IOException, $"{Convert.ToHexString(bytes)}: {error}");
        }
    }

    private async Task<SpdyStream> NextAsync()
    {
        Assert.True(await _accepted.MoveNextAsync().AsTask().OrMissing("a stream"));
        return _accepted.Current;
    }

    private async Task<string> ReadAsync(SpdyStream stream)
    {
        using var reader = new StreamReader(stream.Input.AsStream(leaveOpen: true), Encoding.UTF8);
        return await reader.ReadToEndAsync(_ended.Token);
    }
}
