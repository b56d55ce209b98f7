using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Tests.Simulation;

/// <summary>The account of one container's processor time: a step is 100 µs, a period 100 ms.</summary>
public sealed class CpuTimeTests
{
    private static readonly DateTimeOffset Noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // quota in µs, thousandths of a core wanted | used, periods, throttled ones, throttled time, and the rate, of 10 s
    [InlineData(0, 2000, 20_000_000, 0, 0, 0, 2000)]
    [InlineData(50_000, 2000, 5_000_000, 100, 100, 15_000_000, 500)]
    [InlineData(50_000, 500, 5_000_000, 100, 0, 0, 500)]
    [InlineData(200_000, 2000, 20_000_000, 100, 0, 0, 2000)]
    [InlineData(200_000, 3000, 20_000_000, 100, 100, 10_000_000, 2000)]
    [InlineData(1000, 1000, 100_000, 100, 100, 9_900_000, 10)]
    [InlineData(50_000, 0, 10_000, 0, 0, 0, 1)]
    public void At_BurningForTenSeconds_HasWhatTheQuotaLeaves(long quota, int wanted, long used, long periods, long throttled, long micros, long millis)
    {
        var cpu = Of(quota);
        cpu.Burn(wanted, Noon);

        Assert.Equal(new CpuStat(used, periods, throttled, micros, millis), cpu.At(Noon.AddSeconds(10)));
    }

    [Fact]
    public void At_LookedAtOften_IsTheSame()
    {
        var (often, once) = (Of(50_000), Of(50_000));
        often.Burn(2000, Noon);
        once.Burn(2000, Noon);
        for (var at = Noon; at < Noon.AddSeconds(2); at = at.AddMilliseconds(7)) often.At(at);

        Assert.Equal(once.At(Noon.AddSeconds(2)), often.At(Noon.AddSeconds(2)));
    }

    [Fact]
    public void Take_WithoutAQuota_Is20000AheadAndThenACore()
    {
        var cpu = Of(0);

        Assert.Equal(20_000, TakeAll(cpu, Noon));
        Assert.Equal(TimeSpan.FromMilliseconds(50), cpu.Take(1, Noon));
        Assert.Equal(500, TakeAll(cpu, Noon.AddMilliseconds(50)));
        Assert.Equal(new CpuStat(50_000, 0, 0, 0, 1000), cpu.At(Noon.AddMilliseconds(50)));
    }

    [Fact]
    public void Take_BeyondTheQuota_WaitsForTheNextPeriod()
    {
        var cpu = Of(30_000);
        var at = Noon.AddMilliseconds(250);

        Assert.Equal(300, TakeAll(cpu, at));
        Assert.Equal(TimeSpan.FromMilliseconds(50), cpu.Take(1, at));
        Assert.Equal(TimeSpan.FromMilliseconds(50), cpu.Take(1, at));
        Assert.Equal((1L, 1L, 50_000L), Throttling(cpu.At(at)));

        // What the 50 ms that were left of the period have paid for, and then a whole one's.
        at = Noon.AddMilliseconds(300);
        Assert.Equal(150, TakeAll(cpu, at));
        Assert.Equal(TimeSpan.FromMilliseconds(100), cpu.Take(1, at));
        Assert.Equal((2L, 2L, 150_000L), Throttling(cpu.At(at)));
        Assert.Equal(300, TakeAll(cpu, Noon.AddMilliseconds(400)));
    }

    [Fact]
    public void Take_WithinTheQuota_NeverWaits()
    {
        var cpu = Of(30_000);

        for (var i = 0; i < 100; i++) Assert.Equal(TimeSpan.Zero, cpu.Take(299, Noon.AddMilliseconds(100 * i)));

        Assert.Equal((100L, 0L, 0L), Throttling(cpu.At(Noon.AddSeconds(10))));
        Assert.Equal(299 * 100 * 100, cpu.At(Noon.AddSeconds(10)).UsedMicros, 1000.0);
    }

    [Fact]
    public void Take_BesideBurningThreads_HasOneThreadsShare()
    {
        var cpu = Of(60_000);
        cpu.Burn(2000, Noon);
        var done = 0;

        for (var i = 0; i < 100; i++) done += TakeAll(cpu, Noon.AddMilliseconds(100 * i));

        Assert.Equal(100 * 200, done);
        var stat = cpu.At(Noon.AddSeconds(10));
        Assert.Equal((6_000_000L, 100L, 100L, 600L), (stat.UsedMicros, stat.Periods, stat.ThrottledPeriods, stat.Millis));
    }

    [Fact]
    public void Charge_BeyondWhatIsAhead_IsPaidForPeriodByPeriod()
    {
        var cpu = Of(10_000);
        cpu.Charge(1000);

        var periods = 0;
        while (cpu.Take(1, Noon.AddMilliseconds(100 * periods)) > TimeSpan.Zero) periods++;

        Assert.Equal(10, periods);
    }

    [Fact]
    public void At_BusyHalfOfTheTime_ShowsTheAverage()
    {
        var cpu = Of(0);

        for (var second = 0; second < 60; second++) cpu.Take(5000, Noon.AddSeconds(second));

        Assert.Equal(500, cpu.At(Noon.AddSeconds(60)).Millis);
        cpu.At(Noon.AddSeconds(75));
        Assert.Equal(1, cpu.At(Noon.AddSeconds(90)).Millis);
    }

    private static CpuTime Of(long quota) => new(new LinuxResources { CpuQuota = quota }, Noon);

    private static (long Periods, long Throttled, long Micros) Throttling(CpuStat stat) => (stat.Periods, stat.ThrottledPeriods, stat.ThrottledMicros);

    private static int TakeAll(CpuTime cpu, DateTimeOffset at)
    {
        var steps = 0;
        while (cpu.Take(1, at) == TimeSpan.Zero) steps++;
        return steps;
    }
}
