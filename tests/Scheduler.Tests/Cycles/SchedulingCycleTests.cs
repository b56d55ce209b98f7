using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Cycles;

public sealed class SchedulingCycleTests
{
    private readonly SchedulingCycle _cycle = new(new Random(1));
    private readonly Profile _profile = A.DefaultProfile(new FakeApiClient());

    [Fact]
    public void Decide_CpuShortEverywhere_SaysSoAndWhyPreemptionDoesNotHelp() => AssertRejects(
        "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod.",
        A.Pod().Cpu("100"), A.Node("n1").Info(), A.Node("n2").Info());

    [Fact]
    public void Decide_TwoShortagesOnEachNode_CountsBoth() => AssertRejects(
        "0/5 nodes are available: 5 Insufficient cpu, 5 Insufficient memory. "
        + "preemption: 0/5 nodes are available: 5 No preemption victims found for incoming pod.",
        A.Pod().Cpu("100").Memory("1Ti"), [.. Enumerable.Range(0, 5).Select(i => A.Node($"n{i}").Info())]);

    [Fact]
    public void Decide_ShortageAndTaints_SortsReasonsAsText() => AssertRejects(
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }. "
        + "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
        A.Pod().Cpu("100"), A.Node("n1").Info(), ControlPlane("n2"), ControlPlane("n3"));

    [Fact]
    public void Decide_TenOfOneAndTwoOfAnother_PutsTenFirst() => AssertRejects(
        "0/12 nodes are available: 10 node(s) were unschedulable, 2 Insufficient cpu. "
        + "preemption: 0/12 nodes are available: 10 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.",
        A.Pod().Cpu("100"),
        [.. Enumerable.Range(0, 10).Select(i => A.Node($"c{i}").Cordoned().Info()), A.Node("n1").Info(), A.Node("n2").Info()]);

    [Fact]
    public void Decide_SelectorAndCordon_PreemptionIsNotHelpful() => AssertRejects(
        "0/2 nodes are available: 1 node(s) didn't match Pod's node affinity/selector, 1 node(s) were unschedulable. "
        + "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.",
        A.Pod().With(spec => spec.NodeSelector.Add("disk", "ssd")), A.Node("n1").Cordoned().Info(), A.Node("n2").Info());

    [Fact]
    public void Decide_NeverPreempts_SaysSo() => AssertRejects(
        "0/1 nodes are available: 1 Too many pods. preemption: not eligible due to preemptionPolicy=Never.",
        A.Pod().With(spec => spec.PreemptionPolicy = "Never"), A.Node("n1", pods: "0").Info());

    [Fact]
    public void Decide_StillShortWithoutLowerPriorities_GivesThatReason() => AssertRejects(
        "0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Insufficient cpu.",
        A.Pod().Cpu("100").Priority(10), A.Node("n1").Info(A.Pod("low").Cpu("1")));

    [Fact]
    public void Decide_DaemonPod_NamesThePluginForTheOtherNodes() => AssertRejects(
        "0/3 nodes are available: 1 Insufficient cpu, 2 node(s) didn't satisfy plugin(s) [NodeAffinity]. "
        + "preemption: 0/3 nodes are available: 1 No preemption victims found for incoming pod, 2 Preemption is not helpful for scheduling.",
        Daemon("n2").Cpu("100"), A.Node("n1").Info(), A.Node("n2").Info(), A.Node("n3").Info());

    [Fact]
    public void Decide_NoNodes_SaysOnlyThat() => AssertRejects("no nodes available to schedule pods", A.Pod());

    [Fact]
    public void Decide_EmptierNode_IsPreferred()
    {
        var place = Decide(A.Pod().Cpu("100m").Memory("100Mi"),
            A.Node("busy").Info(A.Pod("other").Cpu("2").Memory("4Gi")), A.Node("idle").Info());

        Assert.Equal(new Decision.Place("idle"), place);
    }

    [Fact]
    public void Decide_EqualNodes_AreAllChosenSometimes()
    {
        NodeInfo[] nodes = [A.Node("n1").Info(), A.Node("n2").Info(), A.Node("n3").Info()];

        var chosen = Enumerable.Range(0, 100).Select(_ => ((Decision.Place)Decide(A.Pod(), nodes)).Node).ToHashSet();

        Assert.Equal(["n1", "n2", "n3"], chosen.Order());
    }

    [Theory]
    [InlineData(50, 50)]
    [InlineData(100, 100)]
    [InlineData(500, 230)]
    [InlineData(1000, 420)]
    [InlineData(5000, 500)]
    [InlineData(6000, 300)]
    public void FeasibleWanted_ByNodes_IsAsUpstream(int nodes, int wanted) => Assert.Equal(wanted, SchedulingCycle.FeasibleWanted(nodes));

    private static NodeInfo ControlPlane(string name) =>
        A.Node(name).Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule").Info();

    private static Pod Daemon(string node) => A.Pod().With(spec => spec.Affinity = new Affinity
    {
        NodeAffinity = new MiniK8s.Protocol.Core.V1.NodeAffinity
        {
            RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector
            {
                NodeSelectorTerms =
                {
                    new NodeSelectorTerm
                    {
                        MatchFields = { new NodeSelectorRequirement { Key = "metadata.name", Operator = "In", Values = { node } } },
                    },
                },
            },
        },
    });

    private Decision Decide(Pod pod, params NodeInfo[] nodes) => _cycle.Decide(_profile, new CycleState(), pod.Info(), new Snapshot(nodes));

    private void AssertRejects(string message, Pod pod, params NodeInfo[] nodes) =>
        Assert.Equal(message, Assert.IsType<Decision.Reject>(Decide(pod, nodes)).Message);
}
