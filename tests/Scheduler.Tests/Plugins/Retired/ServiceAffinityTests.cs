using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.ServiceAffinity;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins.Retired;

// Three nodes: north with racks r1 and r2, south with rack r1. The Service web selects app=web.
public sealed class ServiceAffinityTests
{
    private readonly NodeInfo[] _nodes =
    [
        A.Node("n1").Label("region", "north").Label("rack", "r1").Info(),
        A.Node("n2").Label("region", "north").Label("rack", "r2").Info(),
        A.Node("n3").Label("region", "south").Label("rack", "r1").Info(),
    ];

    [Theory]
    [InlineData("region", "n1", "n1 n2")]
    [InlineData("region", "n3", "n3")]
    [InlineData("region rack", "n2", "n2")]
    [InlineData("rack", "n1", "n1 n3")]
    [InlineData("unknown", "n1", "n1 n2 n3")]       // the node has no value for it
    [InlineData("", "n1", "n1 n2 n3")]
    public void Filter_OnePodOfTheServiceIsPlaced_OthersFollowItsNode(string labels, string placed, string fits) =>
        Assert.Equal(fits, Fitting(Keys(labels), Web("new"), (placed, Web("first"))));

    [Fact]
    public void Filter_FirstPodOfTheService_GoesAnywhere() => Assert.Equal("n1 n2 n3", Fitting(["region"], Web("new")));

    [Fact]
    public void Filter_PodOfNoService_GoesAnywhere() => Assert.Equal("n1 n2 n3", Fitting(["region"], Labelled("new", "db"), ("n1", Labelled("first", "db"))));

    [Fact]
    public void Filter_PodOfAnotherNamespace_DoesNotCount()
    {
        var other = Web("first");
        other.Metadata.Namespace = "elsewhere";

        Assert.Equal("n1 n2 n3", Fitting(["region"], Web("new"), ("n1", other)));
    }

    [Fact]
    public void Filter_OwnNodeSelector_CountsBeforeThePodsThatAreThere() =>
        Assert.Equal("n3", Fitting(["region", "rack"], Web("new").With(spec => spec.NodeSelector["region"] = "south"), ("n1", Web("first"))));

    [Fact]
    public void Filter_OwnNodeSelectorOfAPodWithoutService_CountsToo() =>
        Assert.Equal("n3", Fitting(["region"], Labelled("new", "db").With(spec => spec.NodeSelector["region"] = "south")));

    [Fact]
    public void Filter_Rejection_SaysWhyAndThatRemovingPodsMayHelp()
    {
        var (plugin, state, pod, snapshot) = Prepare(["region"], Web("new"), ("n1", Web("first")));
        plugin.PreFilter(state, pod, snapshot);

        var status = plugin.Filter(state, pod, _nodes[2]);

        Assert.Equal((StatusCode.Unschedulable, "node(s) didn't match service affinity"), (status.Code, Assert.Single(status.Reasons)));
    }

    [Fact]
    public void RemovePodAndAddPod_ThatWhichDecides_DecidesNoMore()
    {
        var (plugin, state, pod, snapshot) = Prepare(["region"], Web("new"), ("n1", Web("first")));
        plugin.PreFilter(state, pod, snapshot);
        var without = state.Clone();

        plugin.RemovePod(without, pod, Web("first").Info(), _nodes[0]);
        Assert.True(plugin.Filter(without, pod, _nodes[2]).IsSuccess);
        Assert.False(plugin.Filter(state, pod, _nodes[2]).IsSuccess);

        plugin.AddPod(without, pod, Web("late").Info(), _nodes[2]);
        Assert.True(plugin.Filter(without, pod, _nodes[2]).IsSuccess);
        Assert.False(plugin.Filter(without, pod, _nodes[0]).IsSuccess);
    }

    [Fact]
    public void PreFilter_WithoutLabels_IsSkipped() => Assert.True(new ServiceAffinity(new ServiceAffinityArgs(), new FakeObjects()).PreFilter(new CycleState(), Web("new").Info(), new Snapshot([])).Skip);

    [Fact]
    public void MayHelp_PodsLikeIt_NodesAndServices()
    {
        var (plugin, pod) = (new ServiceAffinity(new ServiceAffinityArgs { AffinityLabels = ["region"] }, new FakeObjects()), Web("new").Info());

        Assert.True(plugin.MayHelp(pod, new ClusterEvent.AssignedPodDeleted(Web("first").Info())));
        Assert.False(plugin.MayHelp(pod, new ClusterEvent.AssignedPodDeleted(Labelled("first", "db").Info())));
        Assert.True(plugin.MayHelp(pod, new ClusterEvent.NodeAdded(A.Node())));
        Assert.True(plugin.MayHelp(pod, new ClusterEvent.NodeUpdated(A.Node(), A.Node().Label("region", "north"))));
        Assert.False(plugin.MayHelp(pod, new ClusterEvent.NodeUpdated(A.Node(), A.Node().Cordoned())));
        Assert.True(plugin.MayHelp(pod, new ClusterEvent.ObjectSet(null, WebService())));
        Assert.False(plugin.MayHelp(pod, new ClusterEvent.ObjectSet(null, new Namespace())));
    }

    private string Fitting(string[] labels, Pod pod, params (string Node, Pod Pod)[] placed)
    {
        var (plugin, state, info, snapshot) = Prepare(labels, pod, placed);
        var skips = plugin.PreFilter(state, info, snapshot).Skip;
        return string.Join(' ', snapshot.Nodes.Where(node => skips || plugin.Filter(state, info, node).IsSuccess).Select(node => node.Name));
    }

    private (ServiceAffinity Plugin, CycleState State, PodInfo Pod, Snapshot Snapshot) Prepare(string[] labels, Pod pod, params (string Node, Pod Pod)[] placed) => (
        new ServiceAffinity(new ServiceAffinityArgs { AffinityLabels = labels }, new FakeObjects(WebService())), new CycleState(), pod.Info(),
        new Snapshot(_nodes.Select(node => placed.Where(there => there.Node == node.Name).Aggregate(node, (info, there) => info.With(there.Pod.Info())))));

    private static Service WebService() => new()
    {
        Metadata = new ObjectMeta { Namespace = "default", Name = "web" },
        Spec = new ServiceSpec { Selector = { ["app"] = "web" } },
    };

    private static Pod Web(string name) => Labelled(name, "web");

    private static Pod Labelled(string name, string app)
    {
        var pod = A.Pod(name);
        pod.Metadata.Labels["app"] = app;
        return pod;
    }

    private static string[] Keys(string keys) => keys.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
