using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.DefaultBinder;
using MiniK8s.Scheduler.Plugins.PrioritySort;

namespace MiniK8s.Scheduler.Tests.Configuration;

// The defaults are Sort, K, L and M, which filter and score with weights of 3, 2 and none, N, which filters, and Bind. There are also A and B,
// which filter and score, and F, which filters.
public sealed class PluginLineupTests
{
    private static readonly PluginRegistry Registry = new(
        [
            PluginKind.Of("Sort", _ => new PrioritySort()),
            .. "KLMAB".Select(name => PluginKind.Of($"{name}", _ => new BothPlugin($"{name}"))),
            .. "NF".Select(name => PluginKind.Of($"{name}", _ => new FilterPlugin($"{name}"))),
            PluginKind.Of("Bind", context => new DefaultBinder(context.Api)),
        ],
        [
            new() { Name = "Sort" }, new() { Name = "K", Weight = 3 }, new() { Name = "L", Weight = 2 }, new() { Name = "M" }, new() { Name = "N" },
            new() { Name = "Bind" },
        ]);

    // All of Kubernetes 1.32's; there may be some that are not here yet.
    private static readonly string[] Kubernetes =
    [
        "SchedulingGates", "PrioritySort", "NodeUnschedulable", "NodeName", "TaintToleration=3", "NodeAffinity=2", "NodePorts", "NodeResourcesFit=1", "VolumeRestrictions",
        "NodeVolumeLimits", "VolumeBinding", "VolumeZone", "PodTopologySpread=2", "InterPodAffinity=2", "DefaultPreemption", "NodeResourcesBalancedAllocation=1",
        "ImageLocality=1", "DefaultBinder",
    ];

    [Fact]
    public void Defaults_AreKubernetesInItsOrderWithItsWeights() => Assert.Equal(
        Kubernetes.Where(plugin => PluginRegistry.InTree.Find(plugin.Split('=')[0]) is not null),
        PluginRegistry.Defaults.Select(plugin => plugin.Weight is { } weight ? $"{plugin.Name}={weight}" : plugin.Name));

    [Fact]
    public void Defaults_Point_HasThoseThatCanStandThere()
    {
        Assert.Equal("K L M N", Line(ExtensionPoint.Filter));
        Assert.Equal("K=3 L=2 M=1", Line(ExtensionPoint.Score));
        Assert.Equal("Sort", Line(ExtensionPoint.QueueSort));
        Assert.Equal("Bind", Line(ExtensionPoint.Bind));
        Assert.Equal("", Line(ExtensionPoint.Permit));
    }

    [Theory]
    [InlineData("filter", "B A", "K L M N B A")]
    [InlineData("multiPoint", "B A", "K L M N B A")]
    [InlineData("multiPoint", "A F", "K L M N A F")]
    public void Filter_EnabledBesideTheDefaults_StandsBehindThem(string field, string enabled, string line) => Assert.Equal(line, Line(ExtensionPoint.Filter, (field, Enabled(enabled))));

    [Fact]
    public void Filter_DefaultThatThePointNames_ComesFirst() =>
        Assert.Equal("N L K M B A", Line(ExtensionPoint.Filter, ("filter", Enabled("N A L")), ("multiPoint", Enabled("B"))));

    [Fact]
    public void Filter_EnabledEverywhereThatThePointNamesToo_ComesFirst() =>
        Assert.Equal("A K L M N B", Line(ExtensionPoint.Filter, ("filter", Enabled("A B")), ("multiPoint", Enabled("A"))));

    [Fact]
    public void Filter_Disabled_IsOutThereOnly()
    {
        (string, PluginChoice)[] choices = [("filter", Disabled("L"))];

        Assert.Equal("K M N", Line(ExtensionPoint.Filter, choices));
        Assert.Equal("K=3 L=2 M=1", Line(ExtensionPoint.Score, choices));
    }

    [Fact]
    public void MultiPoint_Disabled_IsOutEverywhere()
    {
        (string, PluginChoice)[] choices = [("multiPoint", Disabled("L K"))];

        Assert.Equal("M N", Line(ExtensionPoint.Filter, choices));
        Assert.Equal("M=1", Line(ExtensionPoint.Score, choices));
    }

    [Fact]
    public void MultiPoint_DisabledButNamedByAPoint_IsInThere()
    {
        (string, PluginChoice)[] choices = [("multiPoint", Disabled("L")), ("score", Enabled("L"))];

        Assert.Equal("K M N", Line(ExtensionPoint.Filter, choices));
        Assert.Equal("K=3 M=1 L=1", Line(ExtensionPoint.Score, choices));
    }

    [Fact]
    public void Filter_AllDisabled_HasWhatItNamesOnly() => Assert.Equal("N B", Line(ExtensionPoint.Filter, ("filter", Both("N B", "*")), ("multiPoint", Enabled("A"))));

    [Fact]
    public void MultiPoint_AllDisabled_LeavesItsOwn()
    {
        (string, PluginChoice)[] choices = [("multiPoint", Both("A Sort Bind", "*"))];

        Assert.Equal("A", Line(ExtensionPoint.Filter, choices));
        Assert.Equal("A=1", Line(ExtensionPoint.Score, choices));
    }

    [Fact]
    public void MultiPoint_EnabledAndDisabled_IsEnabledBehindTheDefaults() => Assert.Equal("L M N K", Line(ExtensionPoint.Filter, ("multiPoint", Both("K", "K"))));

    [Fact]
    public void MultiPoint_DefaultNamedAgain_KeepsItsPlaceWithTheNewWeight() => Assert.Equal("K=3 L=7 M=1", Line(ExtensionPoint.Score, ("multiPoint", Weighted("L", 7))));

    [Fact]
    public void Score_WeightThere_CountsBeforeThatOfMultiPoint() =>
        Assert.Equal("L=5 K=3 M=1", Line(ExtensionPoint.Score, ("multiPoint", Weighted("L", 7)), ("score", Weighted("L", 5))));

    [Fact]
    public void Score_NamedWithoutWeight_IsOne() => Assert.Equal("K=1 L=2 M=1", Line(ExtensionPoint.Score, ("score", Enabled("K"))));

    [Fact]
    public void Fault_NoSuchPlugin_IsToldWithItsPoint()
    {
        Assert.Equal(["plugins.filter.enabled[1]: FilterPlugin \"X\" does not exist"], Faults(("filter", Enabled("A X"))));
        Assert.Equal(["plugins.score.disabled[0]: ScorePlugin \"X\" does not exist"], Faults(("score", Disabled("X *"))));
        Assert.Equal(["plugins.multiPoint.enabled[0]: PreFilterPlugin \"X\" does not exist"], Faults(("multiPoint", Enabled("X"))));
    }

    [Fact]
    public void Fault_PluginThatCannotStandThere_IsTold() =>
        Assert.Equal(["plugins.score.enabled[1]: plugin \"F\" does not extend ScorePlugin plugin"], Faults(("score", Enabled("A F"))));

    [Fact]
    public void Fault_PluginTwice_IsTold()
    {
        Assert.Equal(["plugins.filter.enabled: plugin \"A\" already registered as \"FilterPlugin\""], Faults(("filter", Enabled("A A"))));
        Assert.Equal(["plugins.multiPoint.enabled: plugin \"N\" already registered as \"FilterPlugin\""], Faults(("multiPoint", Enabled("N N"))));
    }

    [Theory]
    [InlineData("score")]
    [InlineData("multiPoint")]
    public void Fault_WeightZero_IsTold(string field) => Assert.Equal(["plugins.score: score plugin \"L\" is not configured with weight"], Faults((field, Weighted("L", 0))));

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

    private static PluginChoice Enabled(string names) => Both(names, "");

    private static PluginChoice Disabled(string names) => Both("", names);

    private static PluginChoice Both(string enabled, string disabled) => new() { Enabled = References(enabled), Disabled = References(disabled) };

    private static PluginReference[] References(string names) => [.. names.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new PluginReference { Name = name })];

    private static PluginChoice Weighted(string name, int weight) => new() { Enabled = [new PluginReference { Name = name, Weight = weight }] };

    private sealed class BothPlugin(string name) : IFilterPlugin, IScorePlugin
    {
        public string Name => name;

        public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Status.Success;

        public long Score(CycleState state, PodInfo pod, NodeInfo node) => 0;
    }

    private sealed class FilterPlugin(string name) : IFilterPlugin
    {
        public string Name => name;

        public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Status.Success;
    }
}
