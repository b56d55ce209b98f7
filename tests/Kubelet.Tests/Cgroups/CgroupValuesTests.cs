using MiniK8s.Kubelet.Cgroups;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Cgroups;

public sealed class CgroupValuesTests
{
    private const long Node = 8L << 30;

    [Theory]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(100, 102)]
    [InlineData(250, 256)]
    [InlineData(500, 512)]
    [InlineData(1000, 1024)]
    [InlineData(255_999, 262_142)]
    [InlineData(256_000, 262_144)]
    [InlineData(1_000_000, 262_144)]
    public void Shares_OfMilliCpu_AreTheTable(long milliCpu, long shares) => Assert.Equal(shares, CgroupValues.Shares(milliCpu));

    [Theory]
    [InlineData(2, 1)]
    [InlineData(102, 4)]
    [InlineData(512, 20)]
    [InlineData(1024, 39)]
    [InlineData(262_144, 10_000)]
    public void Weight_OfShares_IsTheTable(long shares, long weight) => Assert.Equal(weight, CgroupValues.Weight(shares));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 1000)]
    [InlineData(10, 1000)]
    [InlineData(11, 1100)]
    [InlineData(500, 50_000)]
    [InlineData(2000, 200_000)]
    public void Quota_OfMilliCpu_IsTheTable(long milliCpu, long quota) => Assert.Equal(quota, CgroupValues.Quota(milliCpu));

    [Theory]
    // request and limit of cpu, of memory | shares, quota, limit of memory
    [InlineData(null, null, null, null, 2, 0, 0)]
    [InlineData("250m", null, "64Mi", null, 256, 0, 0)]
    [InlineData(null, "500m", null, "128Mi", 512, 50_000, 128L << 20)]
    [InlineData("0", "500m", null, null, 2, 50_000, 0)]
    [InlineData("250m", "500m", "64Mi", "128Mi", 256, 50_000, 128L << 20)]
    public void Of_RequestsAndLimits_GiveTheKernelsValues(
        string? cpuRequest, string? cpuLimit, string? memoryRequest, string? memoryLimit, long shares, long quota, long limit)
    {
        var container = Asking(A.Container("c"), memoryRequest, memoryLimit, cpuRequest, cpuLimit);

        var values = CgroupValues.Of(A.Pod(container), container, Node);

        Assert.Equal((shares, quota, limit), (values.CpuShares, values.CpuQuota, values.MemoryLimit));
    }

    [Theory]
    [InlineData("0", 999)]          // a cpu request alone: Burstable
    [InlineData("1", 999)]
    [InlineData("8Mi", 999)]        // a thousandth is 8.19 Mi
    [InlineData("9Mi", 999)]
    [InlineData("17Mi", 998)]
    [InlineData("1Gi", 875)]
    [InlineData("4Gi", 500)]
    [InlineData("7Gi", 125)]
    [InlineData("8Gi", 3)]
    [InlineData("80Gi", 3)]
    public void OomScore_OfABurstableContainer_FallsWithItsRequest(string request, int expected)
    {
        var container = Asking(A.Container("c"), request, cpuRequest: "100m");

        Assert.Equal(expected, OomScore.AdjustmentOf(A.Pod(container), container, Node));
    }

    [Theory]
    [InlineData(false, "", 0, 1000)]
    [InlineData(false, "system-node-critical", 2_000_001_000, -997)]
    [InlineData(false, "system-node-critical", 0, 1000)]
    [InlineData(false, "system-cluster-critical", 2_000_000_000, 1000)]
    [InlineData(true, "", 0, -997)]
    public void OomScore_OfTheOtherClasses_IsFixed(bool isGuaranteed, string priorityClass, int priority, int expected)
    {
        var container = isGuaranteed ? Asking(A.Container("c"), "1Gi", "1Gi", "1", "1") : A.Container("c");
        var pod = A.Pod(container).With(p => (p.Spec.PriorityClassName, p.Spec.Priority) = (priorityClass, priority));

        Assert.Equal(expected, OomScore.AdjustmentOf(pod, container, Node));
    }

    [Theory]
    [InlineData("1Gi", "4Gi", "2Gi", 750)]      // the lesser main container's
    [InlineData("4Gi", "1Gi", "2Gi", 500)]      // its own
    public void OomScore_OfASidecar_IsNoHigherThanItsMainContainers(string own, string main, string other, int expected)
    {
        var sidecar = Asking(A.Sidecar("s"), own);
        var pod = A.Pod(Asking(A.Container("a"), main), Asking(A.Container("b"), other)).Init(sidecar);

        Assert.Equal(expected, OomScore.AdjustmentOf(pod, sidecar, Node));
    }

    internal static Container Asking(
        Container container, string? memoryRequest = null, string? memoryLimit = null, string? cpuRequest = null, string? cpuLimit = null)
    {
        container.Resources = new ResourceRequirements();
        if (memoryRequest is not null) container.Resources.Requests["memory"] = memoryRequest;
        if (memoryLimit is not null) container.Resources.Limits["memory"] = memoryLimit;
        if (cpuRequest is not null) container.Resources.Requests["cpu"] = cpuRequest;
        if (cpuLimit is not null) container.Resources.Limits["cpu"] = cpuLimit;
        return container;
    }
}
