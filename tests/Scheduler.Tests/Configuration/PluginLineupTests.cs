using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Configuration;

// Plugins of one letter each, of which all filter and all but F score; the defaults are Kubernetes'.
public sealed class PluginLineupTests
{
    private static readonly PluginRegistry Registry = new(
    [
        .. PluginRegistry.Defaults.Select(plugin => PluginRegistry.InTree.Find(plugin.Name)!),
        PluginKind.Of("A", _ => new Both("A")),
        PluginKind.Of("B", _ => new Both("B")),
        PluginKind.Of("F", _ => new Filters("F")),
    ]);

    // The filters behind NodeResourcesFit.
    private const string Tail = " VolumeRestrictions NodeVolumeLimits VolumeBinding VolumeZone PodTopologySpread InterPodAffinity";

    [Fact]
    public void Defaults_Filters_StandInKubernetesOrder() =>
        Assert.Equal("NodeUnschedulable NodeName TaintToleration NodeAffinity NodePorts NodeResourcesFit" + Tail, OfDefaults(ExtensionPoint.Filter));

    [Fact]
    public void Defaults_Scores_HaveKubernetesWeights() => Assert.Equal(
        "TaintToleration=3 NodeAffinity=2 NodeResourcesFit=1 PodTopologySpread=2 InterPodAffinity=2 NodeResourcesBalancedAllocation=1 ImageLocality=1", OfDefaults(ExtensionPoint.Score));

    [Fact]
    public void Defaults_QueueSortAndBind_AreThereOnce() =>
        Assert.Equal("PrioritySort DefaultBinder", $"{OfDefaults(ExtensionPoint.QueueSort)} {OfDefaults(ExtensionPoint.Bind)}");

    [Fact]
    public void Filter_EnabledAtThePoint_StandsBehindTheDefaults() =>
        Assert.EndsWith(Tail + " B A", Line(ExtensionPoint.Filter, ("filter", Enabled("B", "A"))), StringComparison.Ordinal);

    [Fact]
    public void Filter_EnabledEverywhere_StandsBehindTheDefaults() =>
        Assert.EndsWith(Tail + " A", Line(ExtensionPoint.Filter, ("multiPoint", Enabled("A"))), StringComparison.Ordinal);

    [Fact]
    public void Filter_DefaultThatThePointNames_ComesFirst() => Assert.Equal(
        "NodePorts NodeName NodeUnschedulable TaintToleration NodeAffinity NodeResourcesFit" + Tail + " B A",
        Line(ExtensionPoint.Filter, ("filter", Enabled("NodePorts", "A", "NodeName")), ("multiPoint", Enabled("B"))));

    [Fact]
    public void Filter_Disabled_IsOutThereOnly()
    {
        (string, PluginChoice)[] choices = [("filter", Disabled("NodeResourcesFit"))];

        Assert.Equal("NodeUnschedulable NodeName TaintToleration NodeAffinity NodePorts" + Tail, Line(ExtensionPoint.Filter, choices));
        Assert.Contains("NodeResourcesFit", Line(ExtensionPoint.Score, choices), StringComparison.Ordinal);
    }

    [Fact]
    public void MultiPoint_Disabled_IsOutEverywhere()
    {
        (string, PluginChoice)[] choices = [("multiPoint", Disabled("NodeResourcesFit", "TaintToleration"))];

        Assert.Equal("NodeUnschedulable NodeName NodeAffinity NodePorts" + Tail, Line(ExtensionPoint.Filter, choices));
        Assert.Equal("NodeAffinity=2 PodTopologySpread=2 InterPodAffinity=2 NodeResourcesBalancedAllocation=1 ImageLocality=1", Line(ExtensionPoint.Score, choices));
    }

    [Fact]
    public void Filter_AllDisabled_HasWhatItNamesOnly() => Assert.Equal(
        "NodeName B", Line(ExtensionPoint.Filter, ("filter", Disabled("*") with { Enabled = Enabled("NodeName", "B").Enabled }), ("multiPoint", Enabled("A"))));

    [Fact]
    public void MultiPoint_AllDisabled_LeavesItsOwn()
    {
        (string, PluginChoice)[] choices = [("multiPoint", Disabled("*") with { Enabled = Enabled("A", "PrioritySort", "DefaultBinder").Enabled })];

        Assert.Equal("A", Line(ExtensionPoint.Filter, choices));
        Assert.Equal("A=1", Line(ExtensionPoint.Score, choices));
    }

    [Fact]
    public void MultiPoint_EnabledAndDisabled_IsEnabledBehindTheDefaults() => Assert.EndsWith(
        Tail + " NodeName", Line(ExtensionPoint.Filter, ("multiPoint", Disabled("NodeName") with { Enabled = Enabled("NodeName").Enabled })), StringComparison.Ordinal);

    [Fact]
    public void MultiPoint_DefaultNamedAgain_KeepsItsPlaceWithTheNewWeight() => Assert.Equal(
        "TaintToleration=7 NodeAffinity=2 NodeResourcesFit=1 PodTopologySpread=2 InterPodAffinity=2 NodeResourcesBalancedAllocation=1 ImageLocality=1",
        Line(ExtensionPoint.Score, ("multiPoint", Weighted("TaintToleration", 7))));

    [Fact]
    public void Score_WeightThere_CountsBeforeThatOfMultiPoint() => Assert.Equal(
        "NodeAffinity=5 TaintToleration=7 NodeResourcesFit=1 PodTopologySpread=2 InterPodAffinity=2 NodeResourcesBalancedAllocation=1 ImageLocality=1 A=1",
        Line(ExtensionPoint.Score, ("multiPoint", Weighted("TaintToleration", 7)), ("score", new PluginChoice { Enabled = [.. Weighted("NodeAffinity", 5).Enabled, .. Enabled("A").Enabled] })));

    [Fact]
    public void Filter_PluginThatCannotScore_FiltersOnly()
    {
        (string, PluginChoice)[] choices = [("multiPoint", Enabled("F"))];

        Assert.EndsWith(" F", Line(ExtensionPoint.Filter, choices), StringComparison.Ordinal);
        Assert.DoesNotContain("F=", Line(ExtensionPoint.Score, choices), StringComparison.Ordinal);
    }

    [Fact]
    public void Fault_NoSuchPlugin_IsToldWithItsPoint()
    {
        Assert.Equal(["plugins.filter.enabled[1]: FilterPlugin \"X\" does not exist"], Faults(("filter", Enabled("A", "X"))));
        Assert.Equal(["plugins.score.disabled[0]: ScorePlugin \"X\" does not exist"], Faults(("score", Disabled("X", "*"))));
        Assert.Equal(["plugins.multiPoint.enabled[0]: PreFilterPlugin \"X\" does not exist"], Faults(("multiPoint", Enabled("X"))));
    }

    [Fact]
    public void Fault_PluginThatCannotStandThere_IsTold() =>
        Assert.Equal(["plugins.score.enabled[1]: plugin \"F\" does not extend ScorePlugin plugin"], Faults(("score", Enabled("A", "F"))));

    [Fact]
    public void Fault_PluginTwice_IsTold()
    {
        Assert.Equal(["plugins.filter.enabled: plugin \"A\" already registered as \"FilterPlugin\""], Faults(("filter", Enabled("A", "A"))));
        Assert.Equal(["plugins.multiPoint.enabled: plugin \"NodeName\" already registered as \"FilterPlugin\""], Faults(("multiPoint", Enabled("NodeName", "NodeName"))));
    }

    [Theory]
    [InlineData("score")]
    [InlineData("multiPoint")]
    public void Fault_WeightZero_IsTold(string field) =>
        Assert.Equal(["plugins.score: score plugin \"NodeAffinity\" is not configured with weight"], Faults((field, Weighted("NodeAffinity", 0))));

    private static string OfDefaults(ExtensionPoint point) => Line(point);

    private static string Line(ExtensionPoint point, params (string Field, PluginChoice Choice)[] choices)
    {
        var faults = new List<string>();
        var line = Lineup(faults, choices).Points[point];
        Assert.Empty(faults);
        return string.Join(' ', line.Select(entry => point == ExtensionPoint.Score ? $"{entry.Kind.Name}={entry.Weight}" : entry.Kind.Name));
    }

    private static List<string> Faults(params (string Field, PluginChoice Choice)[] choices)
    {
        var faults = new List<string>();
        Lineup(faults, choices);
        return faults;
    }

    private static PluginLineup Lineup(List<string> faults, (string Field, PluginChoice Choice)[] choices) =>
        new(Registry, choices.ToDictionary(choice => choice.Field, choice => choice.Choice), FieldPath.Of("plugins"), faults);

    private static PluginChoice Enabled(params string[] names) => new() { Enabled = [.. names.Select(name => new PluginReference { Name = name })] };

    private static PluginChoice Disabled(params string[] names) => new() { Disabled = [.. names.Select(name => new PluginReference { Name = name })] };

    private static PluginChoice Weighted(string name, int weight) => new() { Enabled = [new PluginReference { Name = name, Weight = weight }] };

    private sealed class Both(string name) : IFilterPlugin, IScorePlugin
    {
        public string Name => name;

        public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Status.Success;

        public long Score(CycleState state, PodInfo pod, NodeInfo node) => 0;
    }

    private sealed class Filters(string name) : IFilterPlugin
    {
        public string Name => name;

        public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Status.Success;
    }
}
