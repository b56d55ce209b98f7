using MiniK8s.Hosting.Waking;

namespace MiniK8s.Hosting.Tests;

public sealed class WakePaceTests : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private readonly SkewedTimeProvider _time = new();
    private readonly WakePace _pace;

    public WakePaceTests() => _pace = new WakePace(_time);

    public void Dispose() => _pace.Dispose();

    [Theory]
    [InlineData(1, 0, 1)]
    [InlineData(49, 0, 49)]
    [InlineData(50, 0, 50)]
    [InlineData(200, 0, 50)]
    [InlineData(200, 0.9, 50)]
    [InlineData(200, 1, 100)]
    [InlineData(200, 2.9, 150)]
    [InlineData(200, 3, 200)]
    [InlineData(1000, 18.9, 950)]
    [InlineData(1000, 19, 1000)]
    public void Ring_SoManyBells_RingsFiftyAMillisecond(int bells, double milliseconds, int rung)
    {
        var waits = Waits(Add(bells));

        _pace.Ring();
        _time.Manual.Advance(TimeSpan.FromMilliseconds(milliseconds));

        Assert.Equal(rung, waits.Count(wait => wait.IsCompleted));
        Assert.All(waits.Take(rung), wait => Assert.True(wait.IsCompleted));
    }

    [Fact]
    public void Ring_FewerThanFifty_NeverPauses()
    {
        for (var i = 0; i < 10; i++)
        {
            var waits = Waits(Add(49));
            _pace.Ring();
            Assert.All(waits, wait => Assert.True(wait.IsCompleted));
        }
        Assert.Equal(0, _time.Manual.ArmedTimers);
    }

    [Fact]
    public void Ring_InThePauseAfterMany_WaitsForItsEnd()
    {
        Add(50);
        _pace.Ring();
        var late = Waits(Add(1));

        _pace.Ring();

        Assert.False(late[0].IsCompleted);
        _time.Manual.Advance(Pause);
        Assert.True(late[0].IsCompleted);
        Assert.Equal(0, _time.Manual.ArmedTimers);
    }

    [Fact]
    public void Ring_AfterAPauseInWhichNothingCame_RingsAtOnce()
    {
        Add(50);
        _pace.Ring();
        _time.Manual.Advance(Pause);

        var next = Waits(Add(1));
        _pace.Ring();

        Assert.True(next[0].IsCompleted);
    }

    [Fact]
    public void Pause_EndsLate_RingsWhatWasDueMeanwhile()
    {
        var waits = Waits(Add(500));
        _pace.Ring();

        _time.Skew = TimeSpan.FromMilliseconds(3);
        _time.Manual.Advance(Pause);

        Assert.Equal(50 + (4 * 50), waits.Count(wait => wait.IsCompleted));
    }

    [Fact]
    public void Add_InLineAlready_RingsOnce()
    {
        var line = Add(60);
        _pace.Add(line[59]);
        _pace.Ring();
        _time.Manual.Advance(Pause);
        Assert.True(line[59].WaitAsync().IsCompleted);

        var again = line[59].WaitAsync();
        _time.Manual.Advance(TimeSpan.FromSeconds(1));

        Assert.False(again.IsCompleted);
    }

    [Fact]
    public void Ring_WithoutAClock_RingsAll()
    {
        using var pace = new WakePace(null);
        Bell[] bells = [.. Enumerable.Range(0, 500).Select(_ => new Bell())];
        var waits = Waits(bells);
        pace.Add(bells);

        pace.Ring();

        Assert.All(waits, wait => Assert.True(wait.IsCompleted));
    }

    private static List<ValueTask> Waits(IEnumerable<Bell> bells) => [.. bells.Select(bell => bell.WaitAsync())];

    private Bell[] Add(int bells)
    {
        Bell[] added = [.. Enumerable.Range(0, bells).Select(_ => new Bell())];
        _pace.Add(added);
        return added;
    }
}
