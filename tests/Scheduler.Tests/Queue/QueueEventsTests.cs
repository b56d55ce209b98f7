using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Storage.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests.Queue;

/// <summary>What a change is called in kube-scheduler's metrics.</summary>
public sealed class QueueEventsTests
{
    public static TheoryData<string, Node, Node> NodeUpdates => new()
    {
        { "NodeUpdateNodeTaint", A.Node().Cordoned(), A.Node() },
        { "NodeUpdateNodeTaint", A.Node().Taint("a", "b", "NoSchedule"), A.Node() },
        { "NodeUpdateNodeAllocatable", A.Node(cpu: "4"), A.Node(cpu: "8") },
        { "NodeUpdateNodeLabel", A.Node(), A.Node().Label("zone", "a") },
        { "NodeUpdateNodeCondition", A.Node(), A.Node() },
        { "NodeUpdate", A.Node(), A.Node().Cordoned() },
        { "NodeUpdateNodeTaint", WithoutSpec(A.Node()), A.Node().Taint("a", "b", "NoSchedule") },
        { "NodeUpdateNodeTaint", A.Node().Cordoned(), WithoutSpec(A.Node()) },
        { "NodeUpdateNodeCondition", WithoutSpec(A.Node()), WithoutSpec(A.Node()) },
        { "NodeUpdateNodeAllocatable", A.Node(), new Node { Metadata = A.Node().Metadata } },
    };

    [Theory]
    [MemberData(nameof(NodeUpdates))]
    public void NameOf_NodeUpdated_IsTheFirstThatKubernetesLooksFor(string name, Node old, Node current) =>
        Assert.Equal(name, QueueEvents.NameOf(new ClusterEvent.NodeUpdated(old, current)));

    public static TheoryData<string, Pod, Pod> PodUpdates => new()
    {
        { "UnschedulablePodUpdatePodLabel", A.Pod(), A.Pod().Label("a", "b") },
        { "UnschedulablePodUpdatePodScaleDown", A.Pod().Cpu("2"), A.Pod().Cpu("1") },
        { "UnschedulablePodUpdatePodSchedulingGatesEliminated", A.Pod().With(spec => spec.SchedulingGates.Add(new PodSchedulingGate { Name = "g" })), A.Pod() },
        { "UnschedulablePodUpdatePodTolerations", A.Pod(), A.Pod().Tolerates("a") },
        { "UnschedulablePodUpdate", A.Pod(), A.Pod() },
    };

    [Theory]
    [MemberData(nameof(PodUpdates))]
    public void NameOf_PodUpdated_IsTheFirstThatKubernetesLooksFor(string name, Pod old, Pod current) =>
        Assert.Equal(name, QueueEvents.NameOf(new ClusterEvent.PodUpdated(old.Info(), current.Info())));

    [Fact]
    public void NameOf_OtherObjects_NamesTheGroupOfStorageOnly()
    {
        Assert.Equal("storage.k8s.io/StorageClassAdd", QueueEvents.NameOf(new ClusterEvent.ObjectSet(null, new StorageClass())));
        Assert.Equal("storage.k8s.io/CSINodeUpdate", QueueEvents.NameOf(new ClusterEvent.ObjectSet(new CSINode(), new CSINode())));
        Assert.Equal("PersistentVolumeClaimUpdate", QueueEvents.NameOf(new ClusterEvent.ObjectSet(new PersistentVolumeClaim(), new PersistentVolumeClaim())));
    }

    private static Node WithoutSpec(Node node)
    {
        node.Spec = null;
        return node;
    }
}
