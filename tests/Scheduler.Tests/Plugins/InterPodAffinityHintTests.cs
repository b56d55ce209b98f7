using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.InterPodAffinity;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class InterPodAffinityHintTests
{
    private static readonly InterPodAffinity Plugin = new(new FakeObjects(Rules.Namespace("default"), Rules.Namespace("prod", ("env", "prod"))));

    // What the waiting pod wants; whether another pod (labels app and tier, by its own rule keeping out app=web) helps by coming and by leaving.
    public static TheoryData<string, string, string, bool, bool> PodsComeAndLeave => new()
    {
        { "near db", "app=db", "", true, false },
        { "near db", "app=cache", "", false, false },
        { "near db and back", "app=db", "", false, false },
        { "near db and back", "app=db,tier=back", "", true, false },
        { "near itself", "app=web", "", true, true },     // when the last of its kind is gone it may be the first
        { "near itself and db", "app=web", "", false, false },
        { "not near db", "app=db", "", false, true },
        { "not near db", "app=cache", "", false, false },
        { "not near db or back", "tier=back", "", false, true },     // one of the terms is enough
        { "nothing", "app=db", "", false, false },
        { "nothing", "app=db", "app=web", false, true },     // the leaving pod's own rule kept it out
        { "nothing", "app=db", "app=other", false, false },
        { "near db", "app=db", "app=web", true, true },
    };

    [Theory]
    [MemberData(nameof(PodsComeAndLeave))]
    public void MayHelp_PodCameOrLeft_ByTheTermsOfBoth(string wants, string labels, string keepsOut, bool coming, bool leaving)
    {
        var (pod, other) = (Waiting(wants), Placed(labels));
        if (keepsOut.Length > 0) other.NotNear(Rules.Term(keepsOut));

        Assert.Equal(coming, Plugin.MayHelp(pod, new ClusterEvent.AssignedPodAdded(other.Info())));
        Assert.Equal(leaving, Plugin.MayHelp(pod, new ClusterEvent.AssignedPodDeleted(other.Info())));
    }

    [Theory]
    [InlineData("near db", "app=cache", "app=db", true)]
    [InlineData("near db", "app=db", "app=cache", false)]
    [InlineData("near db", "app=db", "app=db,tier=back", false)]
    [InlineData("not near db", "app=db", "app=cache", true)]
    [InlineData("not near db", "app=cache", "app=db", false)]
    [InlineData("not near db or back", "app=db", "tier=back", true)]
    [InlineData("near itself", "app=web", "app=db", true)]
    [InlineData("nothing", "app=web", "app=db", false)]
    public void MayHelp_PodRelabelled_AsIfItLeftAndCame(string wants, string old, string current, bool helps) => Assert.Equal(
        helps, Plugin.MayHelp(Waiting(wants), new ClusterEvent.AssignedPodUpdated(Placed(old).Info(), Placed(current).Info())));

    [Theory]
    [InlineData("prod", true)]
    [InlineData("default", false)]
    public void MayHelp_TermSelectsNamespaces_LooksAtThePodsNamespace(string ns, bool helps)
    {
        var pod = A.Pod().Near(Rules.Term("app=db", Rules.Host, "env=prod")).Info();

        Assert.Equal(helps, Plugin.MayHelp(pod, new ClusterEvent.AssignedPodAdded(Placed("app=db").In(ns).Info())));
    }

    [Fact]
    public void MayHelp_TermWantsNamespacesWithoutALabel_LooksAtThePodsNamespaceToo()
    {
        var pod = A.Pod().Near(Rules.Term("app=db", Rules.Host, "!env")).Info();

        Assert.False(Plugin.MayHelp(pod, new ClusterEvent.AssignedPodAdded(Placed("app=db").In("prod").Info())));
        Assert.True(Plugin.MayHelp(pod, new ClusterEvent.AssignedPodAdded(Placed("app=db").Info())));
    }

    [Theory]
    [InlineData("near db", true, true)]
    [InlineData("near db", false, false)]     // it can be near nobody there
    [InlineData("not near db", true, true)]
    [InlineData("not near db", false, true)]
    [InlineData("nothing", false, true)]     // others kept it out of the nodes there were
    public void MayHelp_NodeCame_IfItHasADomainForTheAffinity(string wants, bool hasKey, bool helps) => Assert.Equal(
        helps, Plugin.MayHelp(Waiting(wants), new ClusterEvent.NodeAdded(hasKey ? Rules.HostIn("n1") : A.Node())));

    [Fact]
    public void MayHelp_NodeChanged_IfItsLabelsDid()
    {
        foreach (var wants in new[] { "near db", "not near db", "nothing" })
        {
            Assert.True(Plugin.MayHelp(Waiting(wants), new ClusterEvent.NodeUpdated(Rules.HostIn("n1", "a"), Rules.HostIn("n1", "b"))));
            Assert.False(Plugin.MayHelp(Waiting(wants), new ClusterEvent.NodeUpdated(Rules.HostIn("n1"), Rules.HostIn("n1").Taint("k", "", "NoSchedule"))));
        }
    }

    [Fact]
    public void MayHelp_ThePodItselfChanged_IfItsLabelsDid()
    {
        var pod = Waiting("nothing");

        Assert.True(Plugin.MayHelp(pod, new ClusterEvent.PodUpdated(A.Pod().Label("app", "web").Info(), A.Pod().Label("app", "db").Info())));
        Assert.False(Plugin.MayHelp(pod, new ClusterEvent.PodUpdated(A.Pod().Info(), A.Pod().Tolerates("k", "Exists").Info())));
    }

    [Fact]
    public void MayHelp_OtherChanges_DoNot()
    {
        Assert.False(Plugin.MayHelp(Waiting("near db"), new ClusterEvent.NodeDeleted(Rules.HostIn("n1"))));
        Assert.False(Plugin.MayHelp(Waiting("near db"), new ClusterEvent.ObjectSet(null, Rules.Namespace("prod"))));
    }

    private static PodInfo Waiting(string wants)
    {
        var pod = A.Pod().Label("app", "web");
        return (wants switch
        {
            "near db" => pod.Near(Rules.Term("app=db")),
            "near db and back" => pod.Near(Rules.Term("app=db"), Rules.Term("tier=back")),
            "near itself" => pod.Near(Rules.Term("app=web")),
            "near itself and db" => pod.Near(Rules.Term("app=web"), Rules.Term("app=db")),
            "not near db" => pod.NotNear(Rules.Term("app=db")),
            "not near db or back" => pod.NotNear(Rules.Term("app=db"), Rules.Term("tier=back")),
            _ => pod,
        }).Info();
    }

    private static Pod Placed(string labels)
    {
        var pod = A.Pod("other").OnNode("n1");
        foreach (var label in labels.Split(',')) pod.Label(label.Split('=')[0], label.Split('=')[1]);
        return pod;
    }
}
