using System.Collections.Concurrent;

using MiniK8s.Hosting.Waking;

namespace MiniK8s.Hosting.Tests;

public sealed class CoalescingTimeProviderTests
{
    private static readonly TimeSpan Never = Timeout.InfiniteTimeSpan;
    private readonly ManualTimeProvider _inner = new();
    private readonly BlockingCollection<(string Name, double At)> _fired = [];
    private readonly CoalescingTimeProvider _clock;
    private readonly DateTimeOffset _start;

    public CoalescingTimeProviderTests() => (_clock, _start) = (new CoalescingTimeProvider(_inner), _inner.GetUtcNow());

    [Theory]
    [InlineData(5, 5)]
    [InlineData(5.001, 5.1)]
    [InlineData(9.95, 10)]
    [InlineData(10.1, 10.1)]
    [InlineData(75.123, 75.2)]
    [InlineData(1, 1)]
    [InlineData(4.999, 4.999)]
    public void Timer_EachWait_EndsAtItsBeat(double seconds, double at)
    {
        Set("a", seconds);

        _inner.Advance(TimeSpan.FromSeconds(at) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(_fired);
        _inner.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Equal(("a", at), Take());
    }

    [Fact]
    public void Timer_ManyOfOneBeat_TakeOneTimerOfTheInnerClock()
    {
        for (var i = 0; i < 90; i++) Set($"{i}", 10.001 + (i * 0.001));

        Assert.Equal(1, _inner.ArmedTimers);
        Assert.Equal(TimeSpan.FromSeconds(10.1), _inner.AdvanceToNextTimer());
        Assert.All(Enumerable.Range(0, 90).Select(_ => Take()), fired => Assert.Equal(10.1, fired.At));
        Assert.Equal(0, _inner.ArmedTimers);
    }

    [Fact]
    public void Timer_ShorterThanThoseThatWait_EndsBeforeThem()
    {
        Set("late", 60);
        Set("early", 7);

        _inner.Advance(TimeSpan.FromSeconds(7));
        Assert.Equal(("early", 7), Take());
        _inner.Advance(TimeSpan.FromSeconds(53));
        Assert.Equal(("late", 60), Take());
    }

    [Fact]
    public async Task Timer_Disposed_DoesNotFire()
    {
        var timer = Set("a", 10);
        Set("b", 10);
        await timer.DisposeAsync();

        _inner.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("b", Take().Name);
        Assert.False(_fired.TryTake(out _));
        Assert.False(timer.Change(TimeSpan.FromSeconds(10), Never));
    }

    [Theory]
    [InlineData(20, 20)]
    [InlineData(2.5, 2.5)]
    [InlineData(6.02, 6.1)]
    public void Change_EachWay_CountsAlone(double seconds, double at)
    {
        var timer = Set("a", 10);

        timer.Change(TimeSpan.FromSeconds(seconds), Never);
        _inner.Advance(TimeSpan.FromSeconds(at));

        Assert.Equal(("a", at), Take());
        timer.Change(TimeSpan.FromSeconds(30), Never);
        _inner.Advance(TimeSpan.FromSeconds(30.1));
        Assert.Equal("a", Take().Name);
        Assert.False(_fired.TryTake(out _));
    }

    [Fact]
    public void Change_ToInfinite_DoesNotFire()
    {
        var timer = Set("a", 10);

        timer.Change(Never, Never);
        _inner.Advance(TimeSpan.FromHours(1));

        Assert.False(_fired.TryTake(out _));
    }

    [Fact]
    public void Timer_Periodic_IsTheInnerClocks()
    {
        using var timer = _clock.CreateTimer(_ => Fire("a"), null, TimeSpan.FromSeconds(10.01), TimeSpan.FromSeconds(10));

        _inner.Advance(TimeSpan.FromSeconds(10.01));
        Assert.Equal(("a", 10.01), Take());
        _inner.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(("a", 20.01), Take());
    }

    [Fact]
    public async Task DisposeAsync_CallUnderWay_WaitsForItsEnd()
    {
        var (begun, end) = (new TaskCompletionSource(), new ManualResetEventSlim());
        var timer = _clock.CreateTimer(_ => { begun.SetResult(); end.Wait(Patience.Limit); }, null, TimeSpan.FromSeconds(10), Never);
        _inner.Advance(TimeSpan.FromSeconds(10));
        await begun.Task.WaitAsync(Patience.Limit);

        var disposal = timer.DisposeAsync().AsTask();
        Assert.False(disposal.IsCompleted);
        end.Set();
        await disposal.WaitAsync(Patience.Limit);
    }

    [Fact]
    public async Task Delay_OfAMinute_EndsAfterIt()
    {
        var delay = Task.Delay(TimeSpan.FromMinutes(1), _clock);

        _inner.Advance(TimeSpan.FromSeconds(59.9));
        Assert.False(delay.IsCompleted);
        _inner.Advance(TimeSpan.FromSeconds(0.1));
        await delay.WaitAsync(Patience.Limit);
    }

    private ITimer Set(string name, double seconds) => _clock.CreateTimer(_ => Fire(name), null, TimeSpan.FromSeconds(seconds), Never);

    private void Fire(string name) => _fired.Add((name, (_inner.GetUtcNow() - _start).TotalSeconds));

    private (string Name, double At) Take() => _fired.TryTake(out var fired, Patience.Limit) ? fired : throw new TimeoutException("No timer has fired.");
}
