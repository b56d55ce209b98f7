using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class PodTopologySpreadHintTests
{
    private static readonly PodTopologySpread Plugin = new(new FakeObjects());

    [Theory]
    [InlineData("default", "web", true)]
    [InlineData("default", "db", false)]
    [InlineData("prod", "web", false)]
    public void MayHelp_PodCameOrLeft_IfItIsCounted(string ns, string app, bool helps)
    {
        var other = Placed(app).In(ns).Info();

        Assert.Equal(helps, Plugin.MayHelp(Waiting(), new ClusterEvent.AssignedPodAdded(other)));
        Assert.Equal(helps, Plugin.MayHelp(Waiting(), new ClusterEvent.AssignedPodDeleted(other)));
    }

    [Theory]
    [InlineData("default", "web", "db", true)]
    [InlineData("default", "db", "web", true)]
    [InlineData("default", "db", "cache", false)]
    [InlineData("default", "web", "web", false)]
    [InlineData("prod", "web", "db", false)]
    public void MayHelp_PodRelabelled_IfItIsCountedOtherwise(string ns, string old, string current, bool helps) => Assert.Equal(
        helps, Plugin.MayHelp(Waiting(), new ClusterEvent.AssignedPodUpdated(Placed(old).In(ns).Info(), Placed(current).In(ns).Info())));

    [Fact]
    public void MayHelp_OneOfTwoConstraintsCountsIt_IsEnough()
    {
        var pod = A.Pod().Spread(Rules.Over(Rules.Zone), Rules.Over(Rules.Host, "app=db")).Info();

        Assert.True(Plugin.MayHelp(pod, new ClusterEvent.AssignedPodAdded(Placed("db").Info())));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("Ignore", false)]
    [InlineData("Honor", true)]
    public void MayHelp_OwnTolerationsChanged_IfAConstraintHonorsTaints(string? policy, bool helps)
    {
        var constraint = Rules.Over(Rules.Zone);
        if (policy is not null) constraint.NodeTaintsPolicy = policy;
        Pod Own() => A.Pod().Spread(constraint.Clone());

        Assert.Equal(helps, Plugin.MayHelp(Own().Info(), new ClusterEvent.PodUpdated(Own().Info(), Own().Tolerates("gpu", "Exists").Info())));
        Assert.False(Plugin.MayHelp(Own().Info(), new ClusterEvent.PodUpdated(Own().Info(), Own().Info())));
    }

    [Theory]
    [InlineData("web", "db", true)]
    [InlineData("db", "cache", false)]
    public void MayHelp_OwnLabelsChanged_IfItIsCountedOtherwise(string old, string current, bool helps) =>
        Assert.Equal(helps, Plugin.MayHelp(Waiting(), new ClusterEvent.PodUpdated(Placed(old).Info(), Placed(current).Info())));

    [Fact]
    public void MayHelp_NodeCameOrLeft_IfItHasAllKeys()
    {
        foreach (var (node, helps) in new[] { (Rules.HostIn("n1", "a"), true), (Rules.HostIn("n1"), false), (A.Node().Label(Rules.Zone, "a"), false) })
        {
            Assert.Equal(helps, Plugin.MayHelp(Waiting(), new ClusterEvent.NodeAdded(node)));
            Assert.Equal(helps, Plugin.MayHelp(Waiting(), new ClusterEvent.NodeDeleted(node)));
        }
    }

    public static TheoryData<string, Node, Node, bool> NodeChanges => new()
    {
        { "", Rules.HostIn("n1"), Rules.HostIn("n1", "a"), true },
        { "", Rules.HostIn("n1", "a"), Rules.HostIn("n1"), true },
        { "", Rules.HostIn("n1", "a"), Rules.HostIn("n1", "b"), true },
        { "", Rules.HostIn("n1", "a"), Rules.HostIn("n1", "a").Taint("gpu", "", "NoSchedule"), true },
        { "", Rules.HostIn("n1", "a"), Rules.HostIn("n1", "a").Label("disk", "ssd"), false },
        { "ssd", Rules.HostIn("n1", "a"), Rules.HostIn("n1", "a").Label("disk", "ssd"), true },     // the pod chooses by it
        { "", Rules.HostIn("n1"), Rules.HostIn("n1").Taint("gpu", "", "NoSchedule"), false },     // has no zone before or after
        { "", Rules.HostIn("n1", "a"), Rules.HostIn("n1", "a").Cordoned(), false },
    };

    [Theory]
    [MemberData(nameof(NodeChanges))]
    public void MayHelp_NodeChanged_IfItsDomainOrInclusionDid(string disk, Node old, Node current, bool helps)
    {
        var pod = Both();
        if (disk.Length > 0) pod.Spec.NodeSelector["disk"] = disk;

        Assert.Equal(helps, Plugin.MayHelp(pod.Info(), new ClusterEvent.NodeUpdated(old, current)));
    }

    [Fact]
    public void MayHelp_OtherObjects_DoNot() =>
        Assert.False(Plugin.MayHelp(Waiting(), new ClusterEvent.ObjectSet(null, PodTopologySpreadFilterTests.Service("web", ("app", "web")))));

    private static Pod Both() => A.Pod().Label("app", "web").Spread(Rules.Over(Rules.Zone), Rules.Over(Rules.Host));

    private static PodInfo Waiting() => Both().Info();

    private static Pod Placed(string app) => A.Pod("other").OnNode("n1").Label("app", app);
}
