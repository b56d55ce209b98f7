using System.IO.Pipelines;

using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

using MiniK8s.ApiServer.Overload;

namespace MiniK8s.ApiServer.Tests.Overload;

public sealed class StreamedBodyTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SkewedTimeProvider _time = new();
    private readonly Pipe _client = new(new PipeOptions(writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 1000, resumeWriterThreshold: 500));
    private readonly DefaultHttpContext _http = new();
    private readonly CancellationTokenSource _end = new();
    private readonly Lifetime _lifetime;
    private readonly StreamedBody _body;

    public StreamedBodyTests()
    {
        _lifetime = new Lifetime(_end);
        _http.Features.Set<IHttpResponseBodyFeature>(new Body(_client.Writer));
        _http.Features.Set<IHttpRequestLifetimeFeature>(_lifetime);
        _body = new StreamedBody(_http, Patience, _time, _end.Token);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _client.Reader.CompleteAsync();
        await _body.DisposeAsync();
        _end.Dispose();
    }

    [Fact]
    public async Task Write_WithoutFlush_HoldsThePieces()
    {
        await _body.WriteAsync(new byte[10]);
        await _body.WriteAsync(new byte[20]);
        Assert.False(_client.Reader.TryRead(out _));

        _body.Flush();

        Assert.Equal(30, Taken());
    }

    [Fact]
    public async Task Write_OfMoreThanFits_FlushesByItself()
    {
        await _body.WriteAsync(new byte[16 * 1024]);

        Assert.Equal(16 * 1024, Taken());
    }

    [Fact]
    public async Task Write_WhileAFlushIsNotDone_Waits()
    {
        await _body.WriteAsync(new byte[2000]);
        _body.Flush();

        var second = _body.WriteAsync(new byte[1]).AsTask();
        Assert.False(second.IsCompleted);
        Assert.Equal(2000, Taken());
        await second.OrMissing("the second write");
        _body.Flush();

        Assert.Equal(1, Taken());
    }

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, true)]
    public async Task Client_ThatDoesNotTakeWhatWasFlushed_IsCutWhenItsTimeIsUp(int seconds, bool isCut)
    {
        await _body.WriteAsync(new byte[2000]);
        _body.Flush();

        _time.Manual.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(isCut, _lifetime.IsAborted);
    }

    [Fact]
    public async Task Client_ThatTakesAllAndHearsNothingMore_IsNotCut()
    {
        await _body.WriteAsync(new byte[2000]);
        _body.Flush();
        Taken();

        _time.Manual.Advance(TimeSpan.FromHours(1));

        Assert.False(_lifetime.IsAborted);
    }

    [Fact]
    public async Task Client_ThatIsALittleLateEachTime_IsNotCut()
    {
        for (var i = 0; i < 5; i++)
        {
            await _body.WriteAsync(new byte[2000]);
            _body.Flush();
            _time.Manual.Advance(TimeSpan.FromSeconds(29));
            Taken();
        }
        Assert.False(_lifetime.IsAborted);
    }

    [Fact]
    public async Task Write_AfterTheCut_IsCancelled()
    {
        await _body.WriteAsync(new byte[2000]);
        _body.Flush();
        _time.Manual.Advance(Patience);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await _body.WriteAsync(new byte[1]));
    }

    [Fact]
    public async Task End_WhileTheClientTakesNothing_IsNotHeldUp()
    {
        await _body.WriteAsync(new byte[2000]);
        _body.Flush();
        var waiting = _body.WriteAsync(new byte[1]).AsTask();

        await _end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.OrMissing("the end of the write"));
        await _body.DisposeAsync().AsTask().OrMissing("the end of the body");
        Assert.False(_lifetime.IsAborted);
    }

    [Fact]
    public async Task Patience_OfAnEarlierFlush_DoesNotCutALaterOne()
    {
        await _body.WriteAsync(new byte[2000]);
        _body.Flush();
        _time.Manual.Advance(TimeSpan.FromSeconds(20));
        Taken();
        await _body.WriteAsync(new byte[2000]);
        _body.Flush();

        _time.Manual.Advance(TimeSpan.FromSeconds(29));
        Assert.False(_lifetime.IsAborted);
        _time.Manual.Advance(TimeSpan.FromSeconds(1));

        Assert.True(_lifetime.IsAborted);
    }

    [Fact]
    public async Task Client_WhoseTimerComesEarly_IsCutAllTheSame()
    {
        await _body.WriteAsync(new byte[2000]);
        _body.Flush();
        _time.Skew = TimeSpan.FromMilliseconds(-2);

        _time.Manual.Advance(Patience);
        Assert.False(_lifetime.IsAborted);
        _time.Manual.Advance(TimeSpan.FromMilliseconds(3));

        Assert.True(_lifetime.IsAborted);
    }

    private long Taken()
    {
        Assert.True(_client.Reader.TryRead(out var read));
        var length = read.Buffer.Length;
        _client.Reader.AdvanceTo(read.Buffer.End);
        return length;
    }

    private sealed class Lifetime(CancellationTokenSource end) : IHttpRequestLifetimeFeature
    {
        public bool IsAborted { get; private set; }

        public CancellationToken RequestAborted { get; set; }

        public void Abort()
        {
            IsAborted = true;
            end.Cancel();
        }
    }

    private sealed class Body(PipeWriter writer) : IHttpResponseBodyFeature
    {
        public Stream Stream => Writer.AsStream();

        public PipeWriter Writer { get; } = writer;

        public void DisableBuffering() => throw new NotSupportedException();

        public Task StartAsync(CancellationToken cancellationToken = default) => Task.CompletedTask;

        public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task CompleteAsync() => Task.CompletedTask;
    }
}
