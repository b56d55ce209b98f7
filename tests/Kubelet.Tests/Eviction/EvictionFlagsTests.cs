using System.ComponentModel.DataAnnotations;

using MiniK8s.Kubelet.Eviction;

namespace MiniK8s.Kubelet.Tests.Eviction;

public sealed class EvictionFlagsTests
{
    private const string Signals =
        "memory.available, allocatableMemory.available, nodefs.available, nodefs.inodesFree, imagefs.available, imagefs.inodesFree, containerfs.available, containerfs.inodesFree, pid.available";

    [Fact]
    public void Read_NothingGiven_IsKubernetes()
    {
        var settings = EvictionSettings.Default;

        Assert.Equal(
            ["memory.available", "nodefs.available", "nodefs.inodesFree", "imagefs.available", "imagefs.inodesFree", "allocatableMemory.available"],
            settings.Thresholds.Select(t => t.Signal.Name));
        Assert.Equal([100L << 20, 100, 50, 150, 50, 100L << 20], settings.Thresholds.Select(t => t.Least.Of(1000)));
        Assert.All(settings.Thresholds, threshold => Assert.True(threshold.IsHard));
        Assert.Equal(TimeSpan.FromMinutes(5), settings.TransitionPeriod);
    }

    [Fact]
    public void Read_SoftThresholdsAndReclaim_BelongToTheirSignal()
    {
        var settings = Read(["memory.available<1Gi"], ["memory.available<2Gi", "pid.available<5%"], ["pid.available=30s", "memory.available=1m30s"], ["memory.available=512Mi"]);

        Assert.Equal(
            [("memory.available", 0, 512L << 20), ("memory.available", 90, 512L << 20), ("pid.available", 30, null), ("allocatableMemory.available", 0, 512L << 20)],
            settings.Thresholds.Select(t => (t.Signal.Name, (int)t.Grace.TotalSeconds, t.Reclaim?.Of(0))));
    }

    [Fact]
    public void Read_SoftThresholdOfNoGrace_IsHard()
    {
        var settings = Read([], ["memory.available<2Gi"], ["memory.available=0s"], []);

        Assert.All(settings.Thresholds, threshold => Assert.True(threshold.IsHard));
        Assert.Equal(["memory.available", "allocatableMemory.available"], settings.Thresholds.Select(t => t.Signal.Name));
    }

    [Fact]
    public void Read_NothingAndAllOfIt_AreNoThresholds() =>
        Assert.Equal(["pid.available"], Read(["nodefs.available<0%", "imagefs.available<100%", "pid.available<99.5%"], ["memory.available<0%"], [], []).Thresholds.Select(t => t.Signal.Name));

    [Fact]
    public void Read_ContainerFs_IsWhatNodeFsIs() => Assert.Equal(
        ["nodefs.available"],
        Read(["nodefs.available<1Gi", "containerfs.available<2Gi"], ["containerfs.inodesFree<1k"], ["containerfs.inodesFree=1m"], []).Thresholds.Select(t => t.Signal.Name));

    [Fact]
    public void Read_AllocatableMemory_CanBeGivenByItself() =>
        Assert.Equal(["allocatableMemory.available"], Read(["allocatableMemory.available<1Gi"], [], [], []).Thresholds.Select(t => t.Signal.Name));

    [Theory]
    [InlineData("memory.available<100Mi,memory.available<1Gi", "names memory.available twice")]
    [InlineData("memory.available>100Mi", $"'memory.available>100Mi' is not signal<value, the signal one of {Signals}")]
    [InlineData("swap.available<1", $"'swap.available<1' is not signal<value, the signal one of {Signals}")]
    [InlineData("memory.available<101%", "'101%' is neither a quantity nor a percentage from 0 to 100")]
    [InlineData("memory.available<-1", "'-1' is neither a quantity nor a percentage from 0 to 100")]
    [InlineData("memory.available<much", "'much' is neither a quantity nor a percentage from 0 to 100")]
    [InlineData("memory.available<0", "eviction threshold memory.available must be positive: 0")]
    public void Read_WrongHardThreshold_SaysWhy(string hard, string why) =>
        Assert.Equal([new FlagFault("EvictionHard", why)], Faults(new(hard.Split(','))));

    [Theory]
    [InlineData("", "grace period must be specified for the soft eviction threshold memory.available")]
    [InlineData("memory.available=soon", "is not a duration such as 500ms, 30s or 1m30s")]
    [InlineData("memory.available=-5s", "a grace period is not negative")]
    public void Read_SoftThresholdWithoutAGrace_SaysWhy(string grace, string why) =>
        Assert.Equal([new FlagFault("EvictionSoftGracePeriod", why)], Faults(new([], ["memory.available<1Gi"], [grace])));

    [Fact]
    public void Read_FaultsInEachFlag_AreAllToldOfTheirFlag() => Assert.Equal(
        [
            new FlagFault("EvictionSoftGracePeriod", "is not a duration such as 500ms, 30s or 1m30s"),
            new FlagFault("EvictionMinimumReclaim", "eviction percentage minimum reclaim nodefs.available must be positive: 0%"),
            new FlagFault("EvictionHard", "'a lot' is neither a quantity nor a percentage from 0 to 100"),
            new FlagFault("EvictionHard", "eviction threshold pid.available must be positive: 0"),
            new FlagFault("EvictionSoft", "'x' is neither a quantity nor a percentage from 0 to 100"),
        ],
        Faults(new(["memory.available<a lot", "pid.available<0"], ["nodefs.available<x", "pid.available<5"], ["pid.available=1y"], ["nodefs.available=0%"])));

    [Fact]
    public void Part_OfADisk_IsOfSinglePrecision() => Assert.Equal(10_737_418_400, Read(["nodefs.available<10%"], [], [], []).Thresholds[0].Least.Of(100L << 30));

    [Fact]
    public void Options_SeveralFaultyFlags_AreEachNamed()
    {
        var options = new KubeletOptions
        {
            EvictionHard = ["pid.available<0"], EvictionSoft = ["pid.available<5"], EvictionMinimumReclaim = ["pid.available=x"], KubeReserved = ["gpu=1"], SystemReserved = ["cpu=-1"],
        };

        Assert.Equal(
            [
                ("KubeReserved", "cannot reserve \"gpu\" resource"),
                ("SystemReserved", "resource quantity for \"cpu\" cannot be negative: -1"),
                ("EvictionMinimumReclaim", "'x' is neither a quantity nor a percentage from 0 to 100"),
                ("EvictionHard", "eviction threshold pid.available must be positive: 0"),
                ("EvictionSoftGracePeriod", "grace period must be specified for the soft eviction threshold pid.available"),
            ],
            options.Validate(new ValidationContext(options)).Select(result => (result.MemberNames.Single(), result.ErrorMessage)));
    }

    internal static EvictionSettings Read(string[] hard, string[] soft, string[] grace, string[] reclaim)
    {
        var settings = new EvictionFlags(hard, soft, grace, reclaim).Read(EvictionSettings.DefaultTransitionPeriod, TimeSpan.FromSeconds(20), out var faults);
        Assert.Empty(faults);
        return settings!;
    }

    private static IReadOnlyList<FlagFault> Faults(EvictionFlags flags)
    {
        Assert.Null(flags.Read(EvictionSettings.DefaultTransitionPeriod, TimeSpan.Zero, out var faults));
        return faults;
    }
}
