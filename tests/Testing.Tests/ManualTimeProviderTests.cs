namespace MiniK8s.Testing.Tests;

public sealed class ManualTimeProviderTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void Advance_SeveralDue_FiresInOrderEachAtItsMoment()
    {
        Arm("late", 3);
        Arm("early", 1);
        Arm("tie", 3);
        Arm("never", 5);

        _time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(["early@1", "late@3", "tie@3"], _fired);
        Assert.Equal(Noon.AddSeconds(4), _time.GetUtcNow());
        Assert.Equal(1, _time.ArmedTimers);
    }

    [Fact]
    public void Advance_TimerArmedByACallback_FiresInTheSameMove()
    {
        _time.CreateTimer(_ => Arm("second", 2), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(["second@3"], _fired);
    }

    [Fact]
    public void Advance_PeriodicTimer_FiresEachPeriodUntilDisposed()
    {
        using var timer = _time.CreateTimer(_ => Note("tick"), null, TimeSpan.Zero, TimeSpan.FromSeconds(2));

        _time.Advance(TimeSpan.FromSeconds(5));
        timer.Dispose();
        _time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(["tick@0", "tick@2", "tick@4"], _fired);
        Assert.False(timer.Change(TimeSpan.Zero, TimeSpan.Zero));
    }

    [Fact]
    public async Task AdvanceToNextTimer_ALoopThatDelays_GoesRoundOncePerCall()
    {
        var rounds = 0;
        using var stop = new CancellationTokenSource();
        var loop = Task.Run(async () =>
        {
            while (true)
            {
                await Task.Delay(TimeSpan.FromMinutes(10), _time, stop.Token);
                rounds++;
            }
        });

        for (var i = 0; i < 100; i++)
        {
            await _time.WaitForTimersAsync(1);
            Assert.Equal(TimeSpan.FromMinutes(10), _time.AdvanceToNextTimer());
        }
        await _time.WaitForTimersAsync(1);

        Assert.Equal(100, rounds);
        Assert.Equal(TimeSpan.FromMinutes(1000), _time.GetElapsedTime(Noon.UtcTicks));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => loop);
        Assert.Equal(0, _time.ArmedTimers);
    }

    [Fact]
    public void AdvanceToNextTimer_NoneArmed_Throws() => Assert.Throws<InvalidOperationException>(() => _time.AdvanceToNextTimer());

    [Fact]
    public async Task DisposeAsync_CallbackIsRunning_WaitsForItsEnd()
    {
        using var begun = new ManualResetEventSlim();
        using var mayEnd = new ManualResetEventSlim();
        var timer = _time.CreateTimer(
            _ =>
            {
                begun.Set();
                mayEnd.Wait(Patience.Limit);
            }, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        var move = Task.Run(() => _time.Advance(TimeSpan.FromSeconds(1)));
        Assert.True(begun.Wait(Patience.Limit));

        var disposal = timer.DisposeAsync();

        Assert.False(disposal.IsCompleted);
        mayEnd.Set();
        await disposal.AsTask().WaitAsync(Patience.Limit);
        await move;
        Assert.True(timer.DisposeAsync().IsCompleted);
    }

    [Fact]
    public void Dispose_ByAnotherTimerOfTheSameMoment_ItsCallbackNeverBegins()
    {
        ITimer? second = null;
        _time.CreateTimer(_ => second!.Dispose(), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        second = _time.CreateTimer(_ => Note("second"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);

        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.Empty(_fired);
    }

    private void Arm(string name, int seconds) => _time.CreateTimer(_ => Note(name), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);

    private void Note(string name) => _fired.Add($"{name}@{(_time.GetUtcNow() - Noon).TotalSeconds}");
}
