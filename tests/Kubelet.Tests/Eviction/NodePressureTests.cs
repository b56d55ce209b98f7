using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Tests.Cgroups;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Eviction;

/// <summary>Whom a node that is short of something lets in.</summary>
public sealed class NodePressureTests
{
    [Theory]
    // conditions | BestEffort, with the toleration, Burstable, critical
    [InlineData("", true, true, true, true)]
    [InlineData("MemoryPressure", false, true, true, true)]
    [InlineData("DiskPressure", false, false, false, true)]
    [InlineData("PIDPressure", false, false, false, true)]
    [InlineData("DiskPressure MemoryPressure", false, false, false, true)]
    public void Check_PodsOfEachKind_AreTheTable(string conditions, bool bestEffort, bool tolerant, bool burstable, bool critical)
    {
        var pressure = new NodePressure { Conditions = conditions.Split(' ', StringSplitOptions.RemoveEmptyEntries) };
        Pod[] pods =
        [
            A.Pod(),
            A.Pod().With(p => p.Spec.Tolerations.Add(new Toleration { Key = "node.kubernetes.io/memory-pressure", Operator = "Exists", Effect = "NoSchedule" })),
            A.Pod(CgroupValuesTests.Asking(A.Container("c"), "1Mi")),
            A.Pod().With(p => p.Spec.Priority = 2_000_000_000),
        ];

        var refusals = pods.Select(pressure.Check).ToList();

        Assert.Equal([bestEffort, tolerant, burstable, critical], refusals.Select(refusal => refusal is null));
        Assert.All(refusals.Where(refusal => refusal is not null), refusal => Assert.Equal(("Evicted", $"The node had condition: [{conditions}]. "), (refusal!.Reason, refusal.Message)));
    }
}
