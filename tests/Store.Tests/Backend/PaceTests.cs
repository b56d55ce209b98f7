using MiniK8s.Store.Backend;

namespace MiniK8s.Store.Tests.Backend;

public sealed class PaceTests
{
    private static readonly TimeSpan Worked = TimeSpan.FromMilliseconds(10);
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task Step_AfterASlice_RestsForItsMultiple()
    {
        var pace = new Pace(_time) { Rest = 3 };

        var working = Work(pace);
        await _time.WaitForTimersAsync(1);

        Assert.Equal(3 * Worked, _time.AdvanceToNextTimer());
        await working.OrMissing("the end of the rest");
    }

    [Fact]
    public async Task Step_AfterAnHourWithoutWork_DoesNotRestForThreeHours()
    {
        var pace = new Pace(_time) { Rest = 3 };
        _time.Advance(TimeSpan.FromHours(1));

        var working = Work(pace);
        await _time.WaitForTimersAsync(1);

        Assert.InRange(_time.AdvanceToNextTimer(), TimeSpan.Zero, TimeSpan.FromSeconds(1));
        await working.OrMissing("the end of the rest");
    }

    [Fact]
    public async Task Step_WhileSomebodyWaits_DoesNotRest()
    {
        var pace = new Pace(_time) { Rest = 3 };
        pace.Hurry();
        pace.Hurry();
        pace.Relax();

        await Work(pace).OrMissing("the end of the work");
        Assert.Equal(0, _time.ArmedTimers);

        pace.Relax();
        var working = Work(pace);
        await _time.WaitForTimersAsync(1);
        _time.AdvanceToNextTimer();
        await working.OrMissing("the end of the rest");
    }

    // Long enough for a rest, and not yet so long that a second one would be due.
    private Task Work(Pace pace)
    {
        _time.Advance(Worked);
        return Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < 16; i++) pace.Step();
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }
}
