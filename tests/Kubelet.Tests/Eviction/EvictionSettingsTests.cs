using MiniK8s.Kubelet.Eviction;

namespace MiniK8s.Kubelet.Tests.Eviction;

public sealed class EvictionSettingsTests
{
    [Fact]
    public void Default_IsKubernetes()
    {
        var settings = EvictionSettings.Default;

        Assert.Equal(["memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree"], settings.Thresholds.Select(t => t.Signal.Name));
        Assert.Equal([100L << 20, 100, 50, 150, 50], settings.Thresholds.Select(t => t.Least.Of(1000)));
        Assert.All(settings.Thresholds, threshold => Assert.True(threshold.IsHard));
        Assert.Equal(TimeSpan.FromMinutes(5), settings.TransitionPeriod);
    }

    [Fact]
    public void Parse_SoftThresholdsAndReclaim_BelongToTheirSignal()
    {
        var settings = Parse(["memory.available<1Gi"], ["memory.available<2Gi", "pid.available<5%"], ["pid.available=30s", "memory.available=1m30s"], ["memory.available=512Mi"], out var fault);

        Assert.Null(fault);
        Assert.Equal([(null, 512L << 20), (TimeSpan.FromSeconds(90), 512L << 20), (TimeSpan.FromSeconds(30), null)], settings!.Thresholds.Select(t => (t.Grace, t.Reclaim?.Of(0))));
    }

    [Theory]
    [InlineData("memory.available<100Mi,memory.available<1Gi", "names a signal twice")]
    [InlineData("memory.available>100Mi", "'memory.available>100Mi' is not signal<value, the signal one of memory.available, nodefs.available, nodefs.inodesFree, imagefs.available, imagefs.inodesFree, pid.available")]
    [InlineData("swap.available<1", "'swap.available<1' is not signal<value, the signal one of memory.available, nodefs.available, nodefs.inodesFree, imagefs.available, imagefs.inodesFree, pid.available")]
    [InlineData("memory.available<101%", "'101%' is neither a quantity nor a percentage from 0 to 100")]
    [InlineData("memory.available<-1", "'-1' is neither a quantity nor a percentage from 0 to 100")]
    [InlineData("memory.available<much", "'much' is neither a quantity nor a percentage from 0 to 100")]
    public void Parse_WrongHardThreshold_SaysWhy(string hard, string why)
    {
        Assert.Null(Parse(hard.Split(','), [], [], [], out var fault));
        Assert.Equal(why, fault);
    }

    [Theory]
    [InlineData("", "grace period must be specified for the soft eviction threshold memory.available")]
    [InlineData("memory.available=soon", "is not a duration such as 500ms, 30s or 1m30s")]
    [InlineData("memory.available=-5s", "a grace period is not negative")]
    public void Parse_SoftThresholdWithoutAGrace_SaysWhy(string grace, string why)
    {
        Assert.Null(Parse([], ["memory.available<1Gi"], [grace], [], out var fault));
        Assert.Equal(why, fault);
    }

    internal static EvictionSettings? Parse(string[] hard, string[] soft, string[] grace, string[] reclaim, out string? fault) =>
        EvictionSettings.Parse(hard, soft, grace, reclaim, EvictionSettings.DefaultTransitionPeriod, TimeSpan.FromSeconds(20), out fault);
}
