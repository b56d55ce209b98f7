using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.SelectorSpread;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class SelectorSpreadTests
{
    private static readonly SelectorSpread Plugin = new(new FakeObjects(PodTopologySpreadFilterTests.Service("web", ("app", "web"))));

    [Fact]
    public void Score_NoZones_IsLessTheMorePodsTheNodeHas() =>
        Check(Web(), [("n1", "", 0), ("n2", "", 1), ("n3", "", 2), ("n4", "", 4)], [0, 1, 2, 4], [100, 75, 50, 0]);

    // Nodes 100, 50, 0; zones a 0 of 3: 100, b 3 of 3: 0. A third of the one and two thirds of the other.
    [Fact]
    public void Score_Zones_WeighTwiceAsMuch() => Check(Web(), [("n1", "a", 0), ("n2", "b", 1), ("n3", "b", 2)], [0, 1, 2], [100, 16, 0]);

    [Fact]
    public void Score_NodeWithoutZoneAmongOthers_IsScoredByItselfAlone() => Check(Web(), [("n1", "", 1), ("n2", "b", 1), ("n3", "b", 2)], [1, 1, 2], [50, 16, 0]);

    [Fact]
    public void Score_NoPodsYet_IsAll100() => Check(Web(), [("n1", "a", 0), ("n2", "", 0)], [0, 0], [100, 100]);

    [Fact]
    public void Score_PodOfNoGroup_CountsNobody() => Check(A.Pod().Label("app", "db"), [("n1", "", 2), ("n2", "", 0)], [0, 0], [100, 100]);

    [Fact]
    public void Score_TerminatingPodsAndOtherNamespaces_AreNotCounted()
    {
        var snapshot = new Snapshot([Rules.HostIn("n1").Info(Web("x").Deleted(), Web("y").In("prod"), Web("z")), Rules.HostIn("n2").Info()]);

        Assert.Equal([1, 0], Ask.Score(Plugin, Web().Info(), snapshot)!.Value.Raw);
    }

    [Fact]
    public void PreScore_PodHasConstraintsOfItsOwn_LeavesItToThem() =>
        Assert.Null(Ask.Score(Plugin, Web().Spread(Rules.Over(Rules.Zone)).Info(), new Snapshot([Rules.HostIn("n1").Info(), Rules.HostIn("n2").Info()])));

    private static Pod Web(string name = "web") => PodTopologySpreadFilterTests.Web(name);

    private static void Check(Pod pod, (string Name, string Zone, int Pods)[] nodes, long[] raw, long[] normalized)
    {
        var snapshot = new Snapshot(nodes.Select(node =>
            Rules.HostIn(node.Name, node.Zone).Info([.. Enumerable.Range(0, node.Pods).Select(i => Web($"{node.Name}-{i}"))])));

        var scored = Ask.Score(Plugin, pod.Info(), snapshot);

        Assert.Equal(raw, scored?.Raw);
        Assert.Equal(normalized, scored?.Normalized);
    }
}
