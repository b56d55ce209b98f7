using MiniK8s.Client.WorkQueue;

namespace MiniK8s.Client.Tests.WorkQueue;

public sealed class WorkQueueTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly WorkQueue<string> _queue;

    public WorkQueueTests() => _queue = new WorkQueue<string>(_time);

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task Add_WaitingKey_IsTakenOnce()
    {
        _queue.Add("a");
        _queue.Add("b");
        _queue.Add("a");

        Assert.Equal("a", await TakeAsync());
        Assert.Equal("b", await TakeAsync());
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public async Task Add_KeyWithAWorker_ComesBackWhenTheWorkerIsDone()
    {
        _queue.Add("a");
        await TakeAsync();
        _queue.Add("a");
        Assert.Equal(0, _queue.Count);

        _queue.Done("a");

        Assert.Equal("a", await TakeAsync());
    }

    [Fact]
    public async Task AddAfter_SeveralDelays_TheEarliestCounts()
    {
        _queue.AddAfter("a", TimeSpan.FromSeconds(5));
        _queue.AddAfter("a", TimeSpan.FromSeconds(2));
        _queue.AddAfter("a", TimeSpan.FromSeconds(9));

        Assert.Equal(TimeSpan.FromSeconds(2), _time.AdvanceToNextTimer());
        Assert.Equal("a", await TakeAsync());
        _queue.Done("a");
        _time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public void AddRateLimited_FailuresInARow_DoubleTheWaitUntilForgotten()
    {
        TimeSpan[] waits = [NextWait(), NextWait(), NextWait()];
        Assert.Equal(3, _queue.Requeues("a"));
        _queue.Forget("a");

        Assert.Equal([Milliseconds(5), Milliseconds(10), Milliseconds(20)], waits);
        Assert.Equal(Milliseconds(5), NextWait());
    }

    [Fact]
    public void AddRateLimited_MoreKeysThanTheBurst_ComeTenASecond()
    {
        for (var i = 0; i < 102; i++) _queue.AddRateLimited($"key-{i}");

        _time.Advance(Milliseconds(99));
        Assert.Equal(100, _queue.Count);
        _time.Advance(Milliseconds(1));
        Assert.Equal(101, _queue.Count);
        _time.Advance(Milliseconds(100));
        Assert.Equal(102, _queue.Count);
    }

    [Fact]
    public async Task Take_EmptyQueue_WaitsForAnAdd()
    {
        var taken = _queue.TakeAsync(CancellationToken.None).AsTask();
        Assert.False(taken.IsCompleted);

        _queue.Add("a");

        Assert.Equal("a", await taken.OrMissing("the key"));
    }

    /// <summary>A timer that had fired calls, on a pool thread, after its disposal: an exception there would end the process.</summary>
    [Fact]
    public void Dispose_JustAsADelayEnds_TheLateCallFindsNobody()
    {
        var time = new LateTime();
        var queue = new WorkQueue<string>(time);
        queue.AddAfter("a", TimeSpan.FromSeconds(1));
        queue.Dispose();

        time.CallLate(TimeSpan.FromSeconds(1));

        Assert.Equal(0, queue.Count);
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);

    private TimeSpan NextWait()
    {
        _queue.AddRateLimited("a");
        var wait = _time.AdvanceToNextTimer();
        Assert.Equal("a", _queue.TakeAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult());
        _queue.Done("a");
        return wait;
    }

    private async Task<string> TakeAsync() => await _queue.TakeAsync(CancellationToken.None).AsTask().OrMissing("a key");

    // Its timer calls when the test says so, disposed or not.
    private sealed class LateTime : TimeProvider
    {
        private readonly ManualTimeProvider _time = new();
        private Action _call = () => { };

        public override DateTimeOffset GetUtcNow() => _time.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _call = () => callback(state);
            return _time.CreateTimer(_ => { }, null, dueTime, period);
        }

        public void CallLate(TimeSpan after)
        {
            _time.Advance(after);
            _call();
        }
    }
}
