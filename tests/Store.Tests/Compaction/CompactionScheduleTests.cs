using MiniK8s.Store.Compaction;

namespace MiniK8s.Store.Tests.Compaction;

public sealed class CompactionScheduleTests
{
    [Theory]
    [InlineData("Periodic", "10m", 1, "10:0 20:9 30:19")]
    [InlineData("Periodic", "1", 6, "60:0 120:54 180:114")]
    [InlineData("Periodic", "2h", 6, "120:0 180:54 240:114")]
    public void Periodic_OneRevisionAMinute_CompactsAPeriodBehind(string mode, string retention, int interval, string expected)
    {
        var schedule = CompactionSchedule.Of(Mode(mode), retention)!;

        Assert.Equal(TimeSpan.FromMinutes(interval), schedule.Interval);
        Assert.Equal(expected.Split(' '), Play(schedule, revisionAt: minute => minute).Take(3));
    }

    [Fact]
    public void Periodic_CompactionFails_IsAskedForAgainAtTheNextLook()
    {
        var schedule = CompactionSchedule.Of(AutoCompactionMode.Periodic, "10m")!;

        Assert.Equal(["10:0", "11:0", "12:1", "22:11"], Play(schedule, minute => minute, failures: 2).Take(4));
    }

    [Fact]
    public void Revision_EveryFiveMinutes_CompactsSoManyBehindWhenThereIsAnythingNew()
    {
        var schedule = CompactionSchedule.Of(AutoCompactionMode.Revision, "10")!;

        Assert.Equal(TimeSpan.FromMinutes(5), schedule.Interval);
        Assert.Equal(["15:5", "20:10", "25:15", "40:17"], Play(schedule, minute => minute < 26 ? minute : minute < 40 ? 25 : 27).Take(4));
    }

    [Theory]
    [InlineData("Periodic", "0")]
    [InlineData("Periodic", "0s")]
    [InlineData("Revision", "0")]
    public void Of_NoRetention_IsOff(string mode, string retention) => Assert.Null(CompactionSchedule.Of(Mode(mode), retention));

    [Theory]
    [InlineData("Periodic", "often")]
    [InlineData("Periodic", "-5m")]
    [InlineData("Revision", "5m")]
    [InlineData("Revision", "-1")]
    public void Of_WhatMakesNoSense_IsRefused(string mode, string retention) => Assert.NotNull(CompactionSchedule.WhyNot(Mode(mode), retention));

    private static AutoCompactionMode Mode(string name) => Enum.Parse<AutoCompactionMode>(name);

    // "minute:revision" of each compaction asked for; the first so many of them fail.
    private static IEnumerable<string> Play(CompactionSchedule schedule, Func<int, int> revisionAt, int failures = 0)
    {
        for (var now = TimeSpan.Zero; now < TimeSpan.FromHours(5); now += schedule.Interval)
        {
            if (schedule.Look(revisionAt((int)now.TotalMinutes), now) is not { } revision) continue;
            yield return $"{now.TotalMinutes}:{revision}";
            if (failures-- <= 0) schedule.Compacted(now);
        }
    }
}
