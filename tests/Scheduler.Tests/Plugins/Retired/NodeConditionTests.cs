using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.CheckNodeCondition;
using MiniK8s.Scheduler.Plugins.CheckNodeDiskPressure;
using MiniK8s.Scheduler.Plugins.CheckNodeMemoryPressure;
using MiniK8s.Scheduler.Plugins.CheckNodePIDPressure;
using MiniK8s.Scheduler.Plugins.PodToleratesNodeNoExecuteTaints;

namespace MiniK8s.Scheduler.Tests.Plugins.Retired;

public sealed class NodeConditionTests
{
    [Theory]
    [InlineData("", false, "")]
    [InlineData("Ready=True OutOfDisk=False NetworkUnavailable=False MemoryPressure=True", false, "")]
    [InlineData("Ready=False", false, "node(s) were not ready")]
    [InlineData("Ready=Unknown", false, "node(s) were not ready")]
    [InlineData("OutOfDisk=True", false, "node(s) were out of disk space")]
    [InlineData("OutOfDisk=Unknown", false, "node(s) were out of disk space")]
    [InlineData("NetworkUnavailable=True", false, "node(s) had unavailable network")]
    [InlineData("Ready=True", true, "node(s) were unschedulable")]
    [InlineData(
        "Ready=False OutOfDisk=True NetworkUnavailable=Unknown", true,
        "node(s) were not ready|node(s) were out of disk space|node(s) had unavailable network|node(s) were unschedulable")]
    public void CheckNodeCondition_Conditions_GiveEveryReason(string conditions, bool isCordoned, string reasons)
    {
        var node = Node(conditions);
        if (isCordoned) node.Cordoned();

        AssertRejects(new CheckNodeCondition().Filter(new CycleState(), A.Pod().Tolerates("", "Exists").Info(), node.Info()), reasons);
    }

    [Theory]
    [InlineData("MemoryPressure=True", "node(s) had memory pressure")]
    [InlineData("MemoryPressure=False", "")]
    [InlineData("MemoryPressure=Unknown", "")]
    [InlineData("DiskPressure=True", "")]
    [InlineData("", "")]
    public void CheckNodeMemoryPressure_BestEffortPod_IsKeptOff(string conditions, string reasons) =>
        AssertRejects(new CheckNodeMemoryPressure().Filter(new CycleState(), A.Pod().Info(), Node(conditions).Info()), reasons);

    [Fact]
    public void CheckNodeMemoryPressure_PodWithRequests_IsNotAsked()
    {
        Assert.False(new CheckNodeMemoryPressure().PreFilter(new CycleState(), A.Pod().Info(), new Snapshot([])).Skip);
        Assert.True(new CheckNodeMemoryPressure().PreFilter(new CycleState(), A.Pod().Memory("1Mi").Info(), new Snapshot([])).Skip);
    }

    [Theory]
    [InlineData("DiskPressure=True", "node(s) had disk pressure")]
    [InlineData("DiskPressure=Unknown PIDPressure=True", "")]
    public void CheckNodeDiskPressure_EveryPod_IsKeptOff(string conditions, string reasons) =>
        AssertRejects(new CheckNodeDiskPressure().Filter(new CycleState(), A.Pod().Memory("1Mi").Info(), Node(conditions).Info()), reasons);

    [Theory]
    [InlineData("PIDPressure=True", "node(s) had pid pressure")]
    [InlineData("PIDPressure=False DiskPressure=True", "")]
    public void CheckNodePIDPressure_EveryPod_IsKeptOff(string conditions, string reasons) =>
        AssertRejects(new CheckNodePIDPressure().Filter(new CycleState(), A.Pod().Memory("1Mi").Info(), Node(conditions).Info()), reasons);

    [Theory]
    [InlineData("NoExecute", "", "node(s) had taints that the pod didn't tolerate")]
    [InlineData("NoExecute", "gpu", "")]
    [InlineData("NoSchedule", "", "")]
    [InlineData("PreferNoSchedule", "", "")]
    public void PodToleratesNodeNoExecuteTaints_OtherEffects_DoNotCount(string effect, string tolerated, string reasons)
    {
        var pod = tolerated.Length == 0 ? A.Pod() : A.Pod().Tolerates(tolerated, "Exists");

        AssertRejects(new PodToleratesNodeNoExecuteTaints().Filter(new CycleState(), pod.Info(), A.Node().Taint("gpu", "yes", effect).Info()), reasons);
    }

    public static TheoryData<object, string, string> Recoveries => new()
    {
        { new CheckNodeCondition(), "Ready=False", "Ready=True" },
        { new CheckNodeMemoryPressure(), "MemoryPressure=True", "MemoryPressure=False" },
        { new CheckNodeDiskPressure(), "DiskPressure=True", "DiskPressure=False" },
        { new CheckNodePIDPressure(), "PIDPressure=True", "PIDPressure=False" },
    };

    [Theory]
    [MemberData(nameof(Recoveries))]
    public void MayHelp_Conditions_WhenTheNodeRecoversOnly(object plugin, string bad, string good)
    {
        var hints = (IQueueingHintPlugin)plugin;

        Assert.True(hints.MayHelp(A.Pod().Info(), new ClusterEvent.NodeUpdated(Node(bad), Node(good))));
        Assert.False(hints.MayHelp(A.Pod().Info(), new ClusterEvent.NodeUpdated(Node(good), Node(good).Label("a", "b"))));
        Assert.False(hints.MayHelp(A.Pod().Info(), new ClusterEvent.NodeUpdated(Node(good), Node(bad))));
        Assert.True(hints.MayHelp(A.Pod().Info(), new ClusterEvent.NodeAdded(Node(good))));
        Assert.False(hints.MayHelp(A.Pod().Info(), new ClusterEvent.NodeAdded(Node(bad))));
        Assert.False(hints.MayHelp(A.Pod().Info(), new ClusterEvent.AssignedPodDeleted(A.Pod("other").Info())));
    }

    [Fact]
    public void MayHelp_NoExecuteTaint_WhenItGoesOrIsTolerated()
    {
        var (plugin, pod, tainted) = (new PodToleratesNodeNoExecuteTaints(), A.Pod().Info(), A.Node().Taint("gpu", "yes", "NoExecute"));

        Assert.True(plugin.MayHelp(pod, new ClusterEvent.NodeUpdated(tainted, A.Node())));
        Assert.False(plugin.MayHelp(pod, new ClusterEvent.NodeUpdated(A.Node(), tainted)));
        Assert.True(plugin.MayHelp(pod, new ClusterEvent.PodUpdated(pod, A.Pod().Tolerates("gpu", "Exists").Info())));
        Assert.False(plugin.MayHelp(pod, new ClusterEvent.PodUpdated(pod, A.Pod().Info())));
    }

    private static Node Node(string conditions)
    {
        var node = A.Node();
        foreach (var condition in conditions.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(condition => condition.Split('=')))
            node.Status.Conditions.Add(new NodeCondition { Type = condition[0], Status = condition[1] });
        return node;
    }

    private static void AssertRejects(Status status, string reasons)
    {
        Assert.Equal(reasons, string.Join("|", status.Reasons));
        Assert.Equal(reasons.Length == 0 ? StatusCode.Success : StatusCode.Unresolvable, status.Code);
    }
}
