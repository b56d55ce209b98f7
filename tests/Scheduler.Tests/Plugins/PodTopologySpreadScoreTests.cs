using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class PodTopologySpreadScoreTests
{
    private static readonly FakeObjects WebService = new(PodTopologySpreadFilterTests.Service("web", ("app", "web")));

    // The rule book's example: hosts of 0, 1 and 2, no zones. Weight ln 5 = 1.609; 2, 3.6 and 5.2 before rounding.
    [Fact]
    public void Score_SystemDefaultsWithoutZones_SpreadOverHosts() =>
        Check(new PodTopologySpread(WebService), Web(), Snapshot(("n1", "", 0), ("n2", "", 1), ("n3", "", 2)), [2, 4, 5], [100, 60, 40]);

    // Hosts ln 5 and zones ln 4 = 1.386, with 2 + 4 for skew: n1 0 + 0, n2 1 of the host and 3 of zone b, n3 2 and 3.
    [Fact]
    public void Score_SystemDefaultsWithZones_AddBoth() => Check(
        new PodTopologySpread(WebService), Web(), Snapshot(("n1", "a", 0), ("n2", "b", 1), ("n3", "b", 2)), [6, 12, 13], [100, 53, 46]);

    // The nodes without a zone are one nameless domain more: ln 5 for hosts, ln 4 for the domains b and "". Only b has pods to count.
    [Fact]
    public void Score_SystemDefaultsAndSomeZones_NodesWithoutAreNotIgnored() => Check(
        new PodTopologySpread(WebService), Web(), Snapshot(("n1", "", 0), ("n2", "", 1), ("n3", "b", 2)), [2, 4, 12], [100, 83, 16]);

    [Fact]
    public void PreScore_PodBelongsToNobody_Skips()
    {
        Assert.Null(Ask.Score(new PodTopologySpread(WebService), A.Pod().Label("app", "db").Info(), Snapshot(("n1", "", 0), ("n2", "", 1))));
        Assert.Null(Ask.Score(new PodTopologySpread(WebService), Web().Spread(Rules.Over(Rules.Zone)).Info(), Snapshot(("n1", "a", 0), ("n2", "b", 1))));
    }

    [Fact]
    public void Score_OwnSoftConstraint_IgnoresNodesWithoutTheKey() => Check(
        new PodTopologySpread(WebService), Soft(Rules.Zone), Snapshot(("n1", "a", 1), ("n2", "b", 3), ("n3", "", 0)), [1, 4, 0], [100, 25, 0]);

    [Fact]
    public void Score_ListedSoftDefaults_IgnoreNodesWithoutTheKeyToo()
    {
        PodTopologySpreadArgs args = new([new() { TopologyKey = Rules.Zone, MaxSkew = 1, WhenUnsatisfiable = "ScheduleAnyway" }], PodTopologySpreadArgs.ListedDefaults);

        Check(new PodTopologySpread(WebService, args), Web(), Snapshot(("n1", "a", 1), ("n2", "b", 3), ("n3", "", 0)), [1, 4, 0], [100, 25, 0]);
    }

    [Fact]
    public void Score_NothingThereYet_IsAll100() =>
        Check(new PodTopologySpread(WebService), Soft(Rules.Zone), Snapshot(("n1", "a", 0), ("n2", "b", 0)), [0, 0], [100, 100]);

    [Fact]
    public void Score_EveryNodeIgnored_IsAll0() =>
        Check(new PodTopologySpread(WebService), Soft(Rules.Zone), Snapshot(("n1", "", 0), ("n2", "", 2)), [0, 0], [0, 0]);

    // Only a and b are domains of feasible nodes, ln 4; the pods of n3, which is not feasible, count in b: 1 and 4 of them.
    [Fact]
    public void Score_NodesThatAreNotFeasible_AreCountedButMakeNoDomain()
    {
        var snapshot = Snapshot(("n1", "a", 1), ("n2", "b", 1), ("n3", "b", 3), ("n4", "c", 0));

        var scored = Ask.Score(new PodTopologySpread(WebService), Soft(Rules.Zone).Info(), snapshot, [snapshot.Nodes[0], snapshot.Nodes[1]]);

        Assert.Equal([1, 6], scored!.Value.Raw);
        Assert.Equal([100, 16], scored!.Value.Normalized);
    }

    [Theory]
    [InlineData(null, null, 1)]
    [InlineData("Ignore", null, 6)]
    [InlineData("Ignore", "Honor", 1)]     // n3 is tainted
    public void Score_Policies_SayWhichNodesCount(string? affinity, string? taints, long b)
    {
        var snapshot = new Snapshot(
        [
            Rules.HostIn("n1", "a").Label("disk", "ssd").Info(), Rules.HostIn("n2", "b").Label("disk", "ssd").Info(Web("b1")),
            Rules.HostIn("n3", "b").Taint("gpu", "", "NoSchedule").Info(Web("b2"), Web("b3"), Web("b4")),
        ]);
        var constraint = Rules.Over(Rules.Zone, hard: false);
        if (affinity is not null) constraint.NodeAffinityPolicy = affinity;
        if (taints is not null) constraint.NodeTaintsPolicy = taints;
        var pod = Web().With(spec => spec.NodeSelector["disk"] = "ssd").Spread(constraint);

        var scored = Ask.Score(new PodTopologySpread(WebService), pod.Info(), snapshot, [snapshot.Nodes[0], snapshot.Nodes[1]]);

        Assert.Equal([0, b], scored!.Value.Raw);
    }

    // ln 4 * 1 = 1.386 and ln 4 * 2 = 2.77, with 9 for a skew of 10: differences are watered down.
    [Fact]
    public void Score_MaxSkew_WatersDifferencesDown() => Check(
        new PodTopologySpread(WebService), Web().Spread(Rules.Over(Rules.Zone, maxSkew: 10, hard: false)), Snapshot(("n1", "a", 1), ("n2", "b", 2)),
        [10, 12], [100, 83]);

    [Fact]
    public void Normalize_TurnsRound_LowestIs100()
    {
        long[] scores = [7, 3, 10];
        var plugin = new PodTopologySpread(WebService);
        var state = new CycleState();
        var snapshot = Snapshot(("n1", "a", 0), ("n2", "b", 0), ("n3", "c", 0));
        Assert.True(plugin.PreScore(state, Soft(Rules.Zone).Info(), snapshot, snapshot.Nodes));

        plugin.Normalize(state, Web().Info(), snapshot.Nodes, scores);

        Assert.Equal([60, 100, 30], scores);
    }

    private static Pod Web(string name = "web") => PodTopologySpreadFilterTests.Web(name);

    private static Pod Soft(string key) => Web().Spread(Rules.Over(key, hard: false));

    private static Snapshot Snapshot(params (string Name, string Zone, int Pods)[] nodes) => new(nodes.Select(node =>
        Rules.HostIn(node.Name, node.Zone).Info([.. Enumerable.Range(0, node.Pods).Select(i => Web($"{node.Name}-{i}"))])));

    private static void Check(PodTopologySpread plugin, Pod pod, Snapshot snapshot, long[] raw, long[] normalized)
    {
        var scored = Ask.Score(plugin, pod.Info(), snapshot);

        Assert.Equal(raw, scored?.Raw);
        Assert.Equal(normalized, scored?.Normalized);
    }
}
