using System.Buffers;
using System.IO.Pipelines;

using MiniK8s.Store.EtcdServices;

using static MiniK8s.Store.Tests.Connections.Http2Bytes;

namespace MiniK8s.Store.Tests.Connections;

/// <summary>The reader between the socket and Kestrel: every byte comes through once, in order, and little waits in it.</summary>
public sealed class FirstRequestReaderTests
{
    private const int Room = 32 * 1024;
    private static readonly byte[] _later = Headers(Authority("http://later"));
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: Room, resumeWriterThreshold: Room / 2, useSynchronizationContext: false));

    private static byte[] Request(string host) => [.. Preface, .. Settings, .. Headers([.. Post, .. Authority(host)])];

    [Fact]
    public async Task Read_ConnectionCutAnywhere_PassesOnTheMendedBytes()
    {
        var bytes = Request("http://a:1");
        byte[] expected = [.. Request("httpx--a:1"), .. _later];
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            Assert.Equal(expected, await ThroughAsync([bytes[..cut], bytes[cut..], _later]));
        }
        Assert.Equal(expected, await ThroughAsync([.. bytes.Concat(_later).Chunk(1)]));
    }

    [Fact]
    public async Task Read_ConnectionEndsAnywhere_PassesOnWhatCame()
    {
        var (bytes, mended) = (Request("http://a:1"), Request("httpx--a:1"));
        for (var end = 0; end < bytes.Length; end++) Assert.Equal(bytes[..end], await ThroughAsync([.. bytes[..end].Chunk(3)]));
        Assert.Equal(mended, await ThroughAsync([bytes]));
    }

    [Fact]
    public async Task Read_ManyFramesBeforeTheRequest_PassesEachOnAndKeepsNone()
    {
        byte[] frames = [.. Preface, .. Enumerable.Repeat((byte[])[.. Settings, .. Ping], 40_000).SelectMany(two => two)];
        byte[] biggest = Frame(SettingsType, 0, 0, new byte[16 * 1024]);

        // The pipe takes no more than its room: what comes through a megabyte long is not kept.
        var through = await ThroughAsync([.. frames.Chunk(1000), biggest, Headers(Authority("http://a"))]);

        Assert.Equal([.. frames, .. biggest, .. Headers(Authority("httpx--a"))], through);
    }

    [Fact]
    public async Task Read_ByOneWhoTakesNothing_StopsTheSender()
    {
        var reader = new FirstRequestReader(_pipe.Reader);
        await _pipe.Writer.WriteAsync(Preface);
        _ = await reader.ReadAsync();

        var sending = _pipe.Writer.WriteAsync(new byte[2 * Room]).AsTask();

        Assert.False(sending.IsCompleted);
    }

    [Fact]
    public async Task Read_ByOneWhoNeedsMore_WaitsForMore()
    {
        var reader = new FirstRequestReader(_pipe.Reader);
        await _pipe.Writer.WriteAsync((byte[])[.. Preface, .. Settings, .. Ping[..5]]);
        var first = await reader.ReadAsync();
        Assert.Equal(33, first.Buffer.Length);
        reader.AdvanceTo(first.Buffer.Start, first.Buffer.End);

        var second = reader.ReadAsync().AsTask();
        Assert.False(second.IsCompleted);
        Assert.False(reader.TryRead(out _));
        await _pipe.Writer.WriteAsync(Ping[5..]);

        Assert.Equal(50, (await second.OrMissing("a whole frame more")).Buffer.Length);
    }

    [Fact]
    public async Task Read_CancelledOnHalfAFrame_IsCancelled()
    {
        var reader = new FirstRequestReader(_pipe.Reader);
        await _pipe.Writer.WriteAsync(Preface[..10]);
        var reading = reader.ReadAsync().AsTask();

        reader.CancelPendingRead();

        var result = await reading.OrMissing("the cancelled read");
        Assert.Equal((true, 10L), (result.IsCanceled, result.Buffer.Length));
    }

    [Fact]
    public async Task Read_ConnectionFails_SaysHow()
    {
        var reader = new FirstRequestReader(_pipe.Reader);
        await _pipe.Writer.WriteAsync(Preface[..10]);
        await _pipe.Writer.CompleteAsync(new IOException("reset"));

        Assert.Equal("reset", (await Assert.ThrowsAsync<IOException>(() => reader.ReadAsync().AsTask().OrMissing("the fault"))).Message);
    }

    // Sends the pieces one by one, takes whatever comes, as Kestrel does, and gives all of it.
    private async Task<byte[]> ThroughAsync(IReadOnlyList<byte[]> pieces)
    {
        var reader = new FirstRequestReader(_pipe.Reader);
        var (got, sending) = (new ArrayBufferWriter<byte>(), SendAsync(pieces));
        while (true)
        {
            var result = await reader.ReadAsync().AsTask().OrMissing($"bytes after {got.WrittenCount}");
            foreach (var piece in result.Buffer) got.Write(piece.Span);
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted) break;
        }
        await sending;
        await reader.CompleteAsync();
        _pipe.Reset();
        return got.WrittenSpan.ToArray();
    }

    private async Task SendAsync(IReadOnlyList<byte[]> pieces)
    {
        foreach (var piece in pieces)
        {
            await Task.Yield();
            await _pipe.Writer.WriteAsync(piece);
        }
        await _pipe.Writer.CompleteAsync();
    }
}
