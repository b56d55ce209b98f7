using MiniK8s.Store.Failpoints;

namespace MiniK8s.Store.Tests.Failpoints;

public sealed class FailpointTests
{
    [Fact]
    public void Parse_SeveralActions_ReadsEachOfThem()
    {
        var actions = FailpointParser.Parse("after-sync=37*kill; before-sync=sleep(200ms);watch-send=2*sleep(1m30s);settle-before-commit=error;segment-start=full;");

        Assert.Equal(
            [
                new FailpointAction(Failpoint.AfterSync, 37, FailpointKind.Kill),
                new FailpointAction(Failpoint.BeforeSync, 0, FailpointKind.Sleep, TimeSpan.FromMilliseconds(200)),
                new FailpointAction(Failpoint.WatchSend, 2, FailpointKind.Sleep, TimeSpan.FromSeconds(90)),
                new FailpointAction(Failpoint.SettleBeforeCommit, 0, FailpointKind.Error),
                new FailpointAction(Failpoint.SegmentStart, 0, FailpointKind.Full),
            ],
            actions);
    }

    [Theory]
    [InlineData("after-synk=kill", "'after-synk' is no failpoint; there are before-log-write, before-sync, after-sync, ")]
    [InlineData("after-sync", "'after-sync' is not NAME=ACTION")]
    [InlineData("after-sync=explode", "'after-sync=explode' is not NAME=ACTION")]
    [InlineData("after-sync=0*kill", "'after-sync=0*kill' counts hits from 1")]
    [InlineData("after-sync=99999999999*kill", "counts hits from 1 to 2147483647")]
    [InlineData("after-sync=sleep(200)", "'after-sync=sleep(200)': '200' is not a duration such as 500ms")]
    [InlineData("before-sync=kill;after-sync=sleep(-1s)", "'after-sync=sleep(-1s)' is not NAME=ACTION")]
    public void Parse_NotAPlan_SaysWhatIsWrong(string text, string reason)
    {
        Assert.Contains(reason, Assert.Throws<FormatException>(() => FailpointParser.Parse(text)).Message, StringComparison.Ordinal);
        Assert.Contains(reason, FailpointParser.WhyNot(text), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NothingPlanned_IsNoPlan() => Assert.Null(FailpointPlan.Of("", TimeProvider.System));

    [Fact]
    public void Hit_OnlyTheNth_KillsAtTheNthAlone()
    {
        var (plan, kills) = Plan("after-sync=3*kill");
        var killsAfterHit = new List<int>();

        for (var i = 0; i < 5; i++)
        {
            plan.Hit(Failpoint.AfterSync);
            plan.Hit(Failpoint.BeforeSync);
            killsAfterHit.Add(kills.Count);
        }

        Assert.Equal([0, 0, 1, 1, 1], killsAfterHit);
    }

    [Fact]
    public void Hit_AnError_IsAnIOExceptionAndAFullDiskBearsItsNumber()
    {
        var (plan, _) = Plan("before-sync=error;segment-start=2*full");

        Assert.Contains("BeforeSync", Assert.Throws<IOException>(() => plan.Hit(Failpoint.BeforeSync)).Message, StringComparison.Ordinal);
        plan.Hit(Failpoint.SegmentStart);
        Assert.Equal(28, Assert.Throws<IOException>(() => plan.Hit(Failpoint.SegmentStart)).HResult);
    }

    [Fact]
    public async Task HitAsync_Sleep_LastsAsLongAsTheClockSays()
    {
        var time = new ManualTimeProvider();
        var plan = new FailpointPlan(FailpointParser.Parse("watch-send=sleep(200ms)"), time, () => { });

        var hit = plan.HitAsync(Failpoint.WatchSend, CancellationToken.None).AsTask();
        time.Advance(TimeSpan.FromMilliseconds(199));
        Assert.False(hit.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        await hit.OrMissing("the end of the sleep");
    }

    [Fact]
    public async Task HitAsync_SleepCancelled_Ends()
    {
        using var ended = new CancellationTokenSource();
        var plan = new FailpointPlan(FailpointParser.Parse("watch-send=sleep(1h)"), new ManualTimeProvider(), () => { });

        var hit = plan.HitAsync(Failpoint.WatchSend, ended.Token).AsTask();
        await ended.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hit.OrMissing("the end of the sleep"));
    }

    private static (FailpointPlan Plan, List<bool> Kills) Plan(string text)
    {
        var kills = new List<bool>();
        return (new FailpointPlan(FailpointParser.Parse(text), new ManualTimeProvider(), () => kills.Add(true)), kills);
    }
}
