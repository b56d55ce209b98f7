using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeName;
using MiniK8s.Scheduler.Plugins.NodePorts;
using MiniK8s.Scheduler.Plugins.NodeResources;
using MiniK8s.Scheduler.Plugins.NodeUnschedulable;
using MiniK8s.Scheduler.Plugins.TaintToleration;

using NodeAffinity = MiniK8s.Scheduler.Plugins.NodeAffinity.NodeAffinity;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class FilterTests
{
    [Theory]
    [InlineData("1", "1Gi", "")]
    [InlineData("3500m", "1Gi", "")]
    [InlineData("3501m", "1Gi", "Insufficient cpu")]
    [InlineData("3501m", "7Gi", "Insufficient cpu|Insufficient memory")]
    [InlineData("0", "0", "")]
    public void NodeResourcesFit_BesideAPodOf500mAnd2Gi_NamesEveryShortage(string cpu, string memory, string reasons)
    {
        var node = A.Node(cpu: "4", memory: "8Gi").Info(A.Pod("other").Cpu("500m").Memory("2Gi"));

        var status = new NodeResourcesFit().Filter(new CycleState(), A.Pod().Cpu(cpu).Memory(memory).Info(), node);

        AssertRejects(status, StatusCode.Unschedulable, reasons);
    }

    [Fact]
    public void NodeResourcesFit_NoPodSlotLeft_SaysTooManyPodsEvenWithoutRequests()
    {
        var node = A.Node(pods: "1").Info(A.Pod("other"));

        AssertRejects(new NodeResourcesFit().Filter(new CycleState(), A.Pod().Info(), node), StatusCode.Unschedulable, "Too many pods");
    }

    [Fact]
    public void NodeResourcesFit_ResourceTheNodeLacks_IsInsufficient()
    {
        var pod = A.Pod();
        pod.Requests(pod.Spec.Containers[0], "example.com/gpu", "1");

        var status = new NodeResourcesFit().Filter(new CycleState(), pod.Info(), A.Node().Info());

        AssertRejects(status, StatusCode.Unschedulable, "Insufficient example.com/gpu");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("n1", "")]
    [InlineData("n2", "node(s) didn't match the requested node name")]
    public void NodeName_Filter_InsistsOnTheName(string wanted, string reasons) =>
        AssertRejects(new NodeName().Filter(new CycleState(), A.Pod().OnNode(wanted).Info(), A.Node("n1").Info()), StatusCode.Unresolvable, reasons);

    [Fact]
    public void NodeUnschedulable_CordonedNode_TakesOnlyPodsThatTolerateIt()
    {
        var node = A.Node().Cordoned().Info();
        var plugin = new NodeUnschedulable();

        AssertRejects(plugin.Filter(new CycleState(), A.Pod().Info(), node), StatusCode.Unresolvable, "node(s) were unschedulable");
        AssertRejects(
            plugin.Filter(new CycleState(), A.Pod().Tolerates("node.kubernetes.io/unschedulable", "Exists").Info(), node),
            StatusCode.Unresolvable, "");
    }

    [Theory]
    [InlineData("gpu", "Equal", "yes", "NoSchedule", "")]
    [InlineData("gpu", "", "yes", "", "")]
    [InlineData("gpu", "Exists", "", "", "")]
    [InlineData("", "Exists", "", "", "")]
    [InlineData("gpu", "Equal", "no", "NoSchedule", "node(s) had untolerated taint {gpu: yes}")]
    [InlineData("gpu", "Equal", "yes", "NoExecute", "node(s) had untolerated taint {gpu: yes}")]
    [InlineData("cpu", "Exists", "", "", "node(s) had untolerated taint {gpu: yes}")]
    public void TaintToleration_Filter_MatchesKeyOperatorValueAndEffect(string key, string op, string value, string effect, string reasons)
    {
        var node = A.Node().Taint("soft", "", "PreferNoSchedule").Taint("gpu", "yes", "NoSchedule").Info();

        AssertRejects(
            new TaintToleration().Filter(new CycleState(), A.Pod().Tolerates(key, op, value, effect).Info(), node), StatusCode.Unresolvable, reasons);
    }

    [Fact]
    public void TaintToleration_TaintWithoutValue_IsWrittenWithASpace()
    {
        var node = A.Node().Taint("node-role.kubernetes.io/control-plane", "", "NoSchedule").Info();

        AssertRejects(
            new TaintToleration().Filter(new CycleState(), A.Pod().Info(), node), StatusCode.Unresolvable,
            "node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }");
    }

    [Theory]
    [InlineData("disk", "In", "ssd,nvme", true)]
    [InlineData("disk", "In", "hdd", false)]
    [InlineData("none", "In", "ssd", false)]
    [InlineData("disk", "NotIn", "hdd", true)]
    [InlineData("disk", "NotIn", "ssd", false)]
    [InlineData("none", "NotIn", "ssd", true)]
    [InlineData("disk", "Exists", "", true)]
    [InlineData("none", "Exists", "", false)]
    [InlineData("disk", "DoesNotExist", "", false)]
    [InlineData("none", "DoesNotExist", "", true)]
    [InlineData("cores", "Gt", "7", true)]
    [InlineData("cores", "Gt", "8", false)]
    [InlineData("cores", "Lt", "9", true)]
    [InlineData("none", "Lt", "9", false)]
    [InlineData("disk", "Gt", "1", false)]
    public void NodeAffinity_RequiredExpression_FollowsItsOperator(string key, string op, string values, bool matches)
    {
        var node = A.Node().Label("disk", "ssd").Label("cores", "8").Info();
        var requirement = new NodeSelectorRequirement { Key = key, Operator = op };
        if (values.Length > 0) requirement.Values.Add(values.Split(','));

        var status = new NodeAffinity().Filter(new CycleState(), Requiring(new NodeSelectorTerm { MatchExpressions = { requirement } }), node);

        AssertRejects(status, StatusCode.Unresolvable, matches ? "" : "node(s) didn't match Pod's node affinity/selector");
    }

    [Fact]
    public void NodeAffinity_NodeSelector_NeedsEveryPair()
    {
        var pod = A.Pod().With(spec => spec.NodeSelector.Add("disk", "ssd")).With(spec => spec.NodeSelector.Add("zone", "a")).Info();
        var plugin = new NodeAffinity();

        Assert.True(plugin.Filter(new CycleState(), pod, A.Node().Label("disk", "ssd").Label("zone", "a").Info()).IsSuccess);
        Assert.False(plugin.Filter(new CycleState(), pod, A.Node().Label("disk", "ssd").Info()).IsSuccess);
    }

    [Fact]
    public void NodeAffinity_EmptyTerm_MatchesNothing() =>
        Assert.False(new NodeAffinity().Filter(new CycleState(), Requiring(new NodeSelectorTerm()), A.Node().Info()).IsSuccess);

    [Fact]
    public void NodeAffinity_EveryTermNamesNodes_NarrowsToThem()
    {
        var result = new NodeAffinity().PreFilter(new CycleState(), Requiring(Named("n1"), Named("n3")), new Snapshot([]));

        Assert.Equal(["n1", "n3"], result.Nodes!.Order());
    }

    [Fact]
    public void NodeAffinity_TermContradictsItself_RejectsThePod()
    {
        var term = Named("n1");
        term.MatchFields.Add(Named("n2").MatchFields);

        var result = new NodeAffinity().PreFilter(new CycleState(), Requiring(term), new Snapshot([]));

        AssertRejects(result.Status, StatusCode.Unresolvable, "pod affinity terms conflict");
    }

    [Theory]
    [InlineData("", "TCP", 80, false)]
    [InlineData("10.0.0.1", "TCP", 80, false)]
    [InlineData("", "UDP", 80, true)]
    [InlineData("", "TCP", 81, true)]
    public void NodePorts_BesideAPodOnAllAddresses_ConflictsByProtocolAndPort(string ip, string protocol, int port, bool fits)
    {
        var node = A.Node().Info(A.Pod("other").HostPort(80));

        var status = new NodePorts().Filter(new CycleState(), A.Pod().HostPort(port, ip, protocol).Info(), node);

        AssertRejects(status, StatusCode.Unschedulable, fits ? "" : "node(s) didn't have free ports for the requested pod ports");
    }

    [Fact]
    public void NodePorts_DifferentAddresses_DoNotConflict() => Assert.True(new NodePorts().Filter(
        new CycleState(), A.Pod().HostPort(80, "10.0.0.2").Info(), A.Node().Info(A.Pod("other").HostPort(80, "10.0.0.1"))).IsSuccess);

    private static PodInfo Requiring(params NodeSelectorTerm[] terms) => A.Pod().With(spec => spec.Affinity = new Affinity
    {
        NodeAffinity = new MiniK8s.Protocol.Core.V1.NodeAffinity
        {
            RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector { NodeSelectorTerms = { terms } },
        },
    }).Info();

    private static NodeSelectorTerm Named(string node) => new()
    {
        MatchFields = { new NodeSelectorRequirement { Key = "metadata.name", Operator = "In", Values = { node } } },
    };

    private static void AssertRejects(Status status, StatusCode code, string reasons)
    {
        Assert.Equal(reasons, string.Join("|", status.Reasons));
        Assert.Equal(reasons.Length == 0 ? StatusCode.Success : code, status.Code);
    }
}
