using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeAffinity;
using MiniK8s.Scheduler.Plugins.NodeName;
using MiniK8s.Scheduler.Plugins.NodePorts;
using MiniK8s.Scheduler.Plugins.NodeResources;
using MiniK8s.Scheduler.Plugins.NodeUnschedulable;
using MiniK8s.Scheduler.Plugins.SchedulingGates;
using MiniK8s.Scheduler.Plugins.TaintToleration;

using NodeAffinity = MiniK8s.Scheduler.Plugins.NodeAffinity.NodeAffinity;

namespace MiniK8s.Scheduler.Tests.Plugins;

// What wakes a pod that a plugin has rejected, plugin by plugin; any other event does not.
public sealed class QueueingHintTests
{
    [Fact]
    public void NodeName_NodeAdded_Only() => AssertHints(new NodeName(), A.Pod().OnNode("n9"), helps: [Added(A.Node())], helpsNot: [Updated(A.Node(), A.Node().Label("a", "b")), Gone(A.Pod("other"))]);

    [Fact]
    public void NodeUnschedulable_NodeThatTakesPodsOrOwnToleration()
    {
        const string key = "node.kubernetes.io/unschedulable";

        AssertHints(
            new NodeUnschedulable(), A.Pod(),
            helps: [Added(A.Node()), Updated(A.Node().Cordoned(), A.Node()), Own(A.Pod(), A.Pod().Tolerates(key, "Exists"))],
            helpsNot: [Added(A.Node().Cordoned()), Updated(A.Node(), A.Node().Cordoned()), Updated(A.Node(), A.Node().Label("a", "b")), Own(A.Pod(), A.Pod().Tolerates("other", "Exists"))]);
    }

    [Fact]
    public void TaintToleration_NodeThatIsToleratedNowOrOwnTolerations() => AssertHints(
        new TaintToleration(), A.Pod().Tolerates("mine", "Exists"),
        helps:
        [
            Added(A.Node()), Added(A.Node().Taint("mine", "", "NoSchedule")), Updated(A.Node().Taint("a", "", "NoExecute"), A.Node()),
            Own(A.Pod(), A.Pod().Tolerates("a", "Exists")),
        ],
        helpsNot:
        [
            Added(A.Node().Taint("a", "", "NoSchedule")), Updated(A.Node(), A.Node().Label("a", "b")),
            Updated(A.Node().Taint("a", "", "NoSchedule"), A.Node().Taint("b", "", "NoSchedule")), Own(A.Pod(), A.Pod()),
        ]);

    [Fact]
    public void NodeAffinity_NodeThatMatchesNow() => AssertHints(
        new NodeAffinity(), A.Pod().With(spec => spec.NodeSelector["zone"] = "a"),
        helps: [Added(A.Node().Label("zone", "a")), Updated(A.Node(), A.Node().Label("zone", "a"))],
        helpsNot: [Added(A.Node()), Updated(A.Node().Label("zone", "a"), A.Node().Label("zone", "a").Label("b", "c")), Updated(A.Node().Label("zone", "a"), A.Node()), Gone(A.Pod("other"))]);

    [Fact]
    public void NodeAffinity_AddedAffinity_CountsToo()
    {
        var term = new NodeSelectorTerm { MatchExpressions = { new NodeSelectorRequirement { Key = "pool", Operator = "Exists" } } };
        var added = new MiniK8s.Protocol.Core.V1.NodeAffinity { RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector { NodeSelectorTerms = { term } } };

        AssertHints(
            new NodeAffinity(new NodeAffinityArgs { AddedAffinity = added }), A.Pod(),
            helps: [Added(A.Node().Label("pool", "x")), Updated(A.Node(), A.Node().Label("pool", "x"))],
            helpsNot: [Added(A.Node()), Updated(A.Node().Label("pool", "x"), A.Node().Label("pool", "y"))]);
    }

    [Fact]
    public void NodePorts_NodeAddedOrThePortsHolderGone() => AssertHints(
        new NodePorts(), A.Pod().HostPort(80),
        helps: [Added(A.Node()), Gone(A.Pod("other").HostPort(80, "10.0.0.1"))],
        helpsNot: [Gone(A.Pod("other").HostPort(81)), Gone(A.Pod("other").HostPort(80, protocol: "UDP")), Gone(A.Pod("other")), Updated(A.Node(), A.Node().Label("a", "b"))]);

    [Fact]
    public void NodeResourcesFit_PodGoneOrNodeThatWouldDo() => AssertHints(
        new NodeResourcesFit(), A.Pod().Cpu("2"),
        helps:
        [
            Gone(A.Pod("other")), Added(A.Node(cpu: "2")), Updated(A.Node(cpu: "1"), A.Node(cpu: "2")), Updated(A.Node(cpu: "3"), A.Node(cpu: "4")),
            Updated(A.Node(pods: "1"), A.Node(pods: "2")),
        ],
        helpsNot:
        [
            Added(A.Node(cpu: "1")), Added(A.Node(pods: "0")), Updated(A.Node(cpu: "1"), A.Node(cpu: "1900m")), Updated(A.Node(memory: "1Gi"), A.Node(memory: "2Gi")),
            Updated(A.Node(cpu: "4"), A.Node(cpu: "2")), Updated(A.Node(), A.Node().Label("a", "b")), Own(A.Pod(), A.Pod()),
        ]);

    [Fact]
    public void NodeResourcesFit_ExtendedResource_WhenItGrows()
    {
        var pod = A.Pod();
        AssertHints(
            new NodeResourcesFit(), pod.Requests(pod.Spec.Containers[0], "example.com/gpu", "2"),
            helps: [Updated(WithGpus("1"), WithGpus("2")), Added(WithGpus("2"))],
            helpsNot: [Updated(WithGpus("0"), WithGpus("1")), Added(A.Node()), Updated(WithGpus("2"), WithGpus("2").Label("a", "b"))]);
    }

    [Fact]
    public void SchedulingGates_LastGateRemoved_Only() => AssertHints(
        new SchedulingGates(), Gated("a", "b"),
        helps: [Own(Gated("a"), A.Pod())],
        helpsNot: [Own(Gated("a", "b"), Gated("a")), Added(A.Node()), Gone(A.Pod("other"))]);

    [Fact]
    public void SchedulingGates_Gates_AreNamedInOrder()
    {
        var status = new SchedulingGates().PreEnqueue(Gated("b", "a").Info());

        Assert.Equal((StatusCode.Unresolvable, "waiting for scheduling gates: [b a]"), (status.Code, Assert.Single(status.Reasons)));
        Assert.True(new SchedulingGates().PreEnqueue(A.Pod().Info()).IsSuccess);
    }

    [Fact]
    public void MayHelp_PluginWithoutHints_IsWokenByAnything()
    {
        var plugins = new PluginSet(A.Entries(new Silent(), new NodeName()));

        Assert.True(plugins.MayHelp(A.Pod().Info(), new HashSet<string> { "Silent" }, Gone(A.Pod("other"))));
        Assert.False(plugins.MayHelp(A.Pod().Info(), new HashSet<string> { "NodeName" }, Gone(A.Pod("other"))));
        Assert.True(plugins.MayHelp(A.Pod().Info(), new HashSet<string> { "NodeName", "Silent" }, Gone(A.Pod("other"))));
        Assert.False(plugins.MayHelp(A.Pod().Info(), new HashSet<string> { "Stranger" }, Gone(A.Pod("other"))));
    }

    private static void AssertHints(IQueueingHintPlugin plugin, Pod pod, ClusterEvent[] helps, ClusterEvent[] helpsNot)
    {
        Assert.All(helps, change => Assert.True(plugin.MayHelp(pod.Info(), change), $"{plugin.Name} is not woken by {change}"));
        Assert.All(helpsNot, change => Assert.False(plugin.MayHelp(pod.Info(), change), $"{plugin.Name} is woken by {change}"));
        Assert.False(plugin.MayHelp(pod.Info(), new ClusterEvent.NodeDeleted(A.Node())));
    }

    private static ClusterEvent.NodeAdded Added(Node node) => new(node);

    private static ClusterEvent.NodeUpdated Updated(Node old, Node current) => new(old, current);

    private static ClusterEvent.AssignedPodDeleted Gone(Pod pod) => new(pod.Info());

    private static ClusterEvent.PodUpdated Own(Pod old, Pod current) => new(old.Info(), current.Info());

    private static Pod Gated(params string[] gates) => A.Pod().With(spec => spec.SchedulingGates.Add(gates.Select(gate => new PodSchedulingGate { Name = gate })));

    private static Node WithGpus(string count)
    {
        var node = A.Node();
        node.Status.Allocatable["example.com/gpu"] = count;
        return node;
    }

    private sealed class Silent : IFilterPlugin
    {
        public string Name => "Silent";

        public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Status.Success;
    }
}
