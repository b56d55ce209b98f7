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

        var stats = await lab.Runtime.ContainerStatsAsync(id, default);

        Assert.Equal(millis, stats!.CpuMillis / 10 * 10);       // a thousandth is what a container takes that does nothing
    }

    private static async Task<string> ReadAsync(SimLab lab, LinuxResources resources, string path)
    {
        var pod = await lab.PodAsync();
        var id = await pod.StartAsync(new ContainerConfig { Name = "c", Image = "busybox", Command = ["sleep", "1000"], Resources = resources });
        return (await lab.ExecAsync(id, $"cat {path}")).Stdout;
    }
}
