using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Simulation;

public sealed class CgroupFilesTests
{
    private static readonly LinuxResources Limited = new() { CpuShares = 256, CpuQuota = 50_000, MemoryLimit = (128 << 20) + 1, OomScoreAdj = 985 };

    [Theory]
    [InlineData("/sys/fs/cgroup/cpu.max", "50000 100000\n", "max 100000\n")]
    [InlineData("/sys/fs/cgroup/cpu.weight", "10\n", "1\n")]
    [InlineData("/sys/fs/cgroup/memory.max", "134217728\n", "max\n")]
    [InlineData("/sys/fs/cgroup/memory.current", "1048576\n", "1048576\n")]
    [InlineData("/sys/fs/cgroup/memory.oom.group", "1\n", "1\n")]
    [InlineData("/proc/self/oom_score_adj", "985\n", "0\n")]
    [InlineData("/proc/1/oom_score_adj", "985\n", "0\n")]
    public async Task Files_OfAContainer_ShowItsCgroup(string path, string limited, string unlimited)
    {
        await using var lab = new SimLab();

        Assert.Equal((limited, unlimited), (await ReadAsync(lab, Limited, path), await ReadAsync(lab, new(), path)));
    }

    [Fact]
    public async Task Files_Written_AreReadOnly()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("busybox", "sleep", "1000");

        Assert.Equal("sh: can't create /sys/fs/cgroup/memory.max: Read-only file system\n", (await lab.ExecAsync(id, "echo max > /sys/fs/cgroup/memory.max")).Stderr);
    }

    [Theory]
    [InlineData(50_000, 500)]
    [InlineData(1000, 10)]
    [InlineData(0, 3000)]
    public async Task Stats_BusyBeyondTheQuota_ShowTheQuota(long quota, long millis)
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync(new ContainerConfig { Name = "busy", Image = "polinux/stress", Args = ["stress", "--cpu", "3"], Resources = new() { CpuQuota = quota } });

        lab.Time.Advance(TimeSpan.FromSeconds(60));
        var stats = await lab.Runtime.ContainerStatsAsync(id, default);

        Assert.Equal((millis, TimeSpan.FromSeconds(60) * millis / 1000), (stats!.CpuMillis, stats.CpuTotal));
    }

    [Fact]
    public async Task CpuStat_OfBurningThreads_ShowsWhatTheyGoWithout()
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync(new ContainerConfig { Name = "busy", Image = "polinux/stress", Args = ["stress", "--cpu", "2"], Resources = Limited });

        lab.Time.Advance(TimeSpan.FromSeconds(60));

        Assert.Equal(
            "usage_usec 30000000\nuser_usec 30000000\nsystem_usec 0\nnr_periods 600\nnr_throttled 600\nthrottled_usec 90000000\nnr_bursts 0\nburst_usec 0\n",
            (await lab.ExecAsync(id, "cat /sys/fs/cgroup/cpu.stat")).Stdout);
    }

    [Fact]
    public async Task CpuStat_WhenTheProgramHasEnded_StandsStill()
    {
        await using var lab = new SimLab();
        var id = await lab.StartAsync("polinux/stress", "sh", "-c", "stress --cpu 2 --timeout 10; sleep 1000");
        await lab.Time.WaitForTimersAsync(1);

        lab.Time.Advance(TimeSpan.FromSeconds(10));
        await lab.Time.WaitForTimersAsync(1);
        var (_, atTheEnd) = await UsedAsync(lab, id);
        lab.Time.Advance(TimeSpan.FromSeconds(50));

        Assert.Equal(20, (int)atTheEnd.TotalSeconds);
        Assert.Equal((1L, atTheEnd + TimeSpan.FromMilliseconds(50)), await UsedAsync(lab, id));      // a thousandth is what a container takes that does nothing
    }

    [Fact]
    public async Task Shell_BeyondTheQuota_TakesLongerByAsMuch()
    {
        var (fast, fastUsed) = await CountAsync(50_000);
        var (slow, slowUsed) = await CountAsync(12_500);

        Assert.Equal((fast / 2, slow / 8), (fastUsed, slowUsed));
        Assert.InRange(slow / fast, 3.9, 4.1);
        Assert.True(fast > TimeSpan.FromSeconds(1));
    }

    private static async Task<(long Millis, TimeSpan Total)> UsedAsync(SimLab lab, string id)
    {
        var stats = await lab.Runtime.ContainerStatsAsync(id, default);
        return (stats!.CpuMillis, stats.CpuTotal);
    }

    // How long a script takes, and how much of the processor it has had when it is done.
    private static async Task<(TimeSpan Took, TimeSpan Used)> CountAsync(long quota)
    {
        await using var lab = new SimLab();
        var pod = await lab.PodAsync();
        await lab.PullAsync("busybox");
        var began = lab.Time.GetUtcNow();
        var id = await pod.StartAsync(new ContainerConfig
        {
            Name = "c", Image = "busybox", Command = ["sh", "-c", "i=0; while [ $i -lt 9000 ]; do i=$((i+1)); done; echo done; sleep infinity"], Resources = new() { CpuQuota = quota },
        });
        var counted = lab.LinesAsync(id, 1);
        while (!counted.IsCompleted)
        {
            await Task.WhenAny(counted, lab.Time.WaitForTimersAsync(1));
            if (!counted.IsCompleted) lab.Time.AdvanceToNextTimer();
        }
        await counted;
        return (lab.Time.GetUtcNow() - began, (await UsedAsync(lab, id)).Total);
    }

    private static async Task<string> ReadAsync(SimLab lab, LinuxResources resources, string path)
    {
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync(new ContainerConfig { Name = "c", Image = "busybox", Command = ["sleep", "1000"], Resources = resources });
        return (await lab.ExecAsync(id, $"cat {path}")).Stdout;
    }
}
