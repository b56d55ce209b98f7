using System.Text.RegularExpressions;

using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Configuration;

/// <summary>docs/SCHEDULING.md says where each policy of the tutorials is and what tests it, and samples/scheduler has them all.</summary>
public sealed partial class PolicyChecklistTests
{
    private static readonly string[] Predicates =
    [
        "CheckNodeConditionPredicate", "PodFitsHost", "PodFitsHostPorts", "PodMatchNodeSelector", "PodFitsResources", "NoDiskConflict", "PodToleratesNodeTaints",
        "PodToleratesNodeNoExecuteTaints", "CheckNodeLabelPresence", "checkServiceAffinity", "MaxPDVolumeCountPredicate", "VolumeZonePredicate",
        "CheckNodeMemoryPressurePredicate", "CheckNodeDiskPressurePredicate", "InterPodAffinityMatches",
    ];

    private static readonly string[] Priorities =
    [
        "BalancedResourceAllocation", "ImageLocalityPriority", "InterPodAffinityPriority", "LeastRequestedPriority", "PriorityMetadata", "MostRequestedPriority",
        "NodeAffinityPriority", "NodeLabelPriority", "NodePreferAvoidPodsPriority", "ResourceAllocationPriority", "ResourceLimitsPriority", "SelectorSpreadPriority",
        "TaintTolerationPriority",
    ];

    private static readonly string Root = FindRoot();

    private static readonly Row[] Rows = [.. Pattern().Matches(File.ReadAllText(Path.Combine(Root, "docs", "SCHEDULING.md"))).Select(Row.Of)];

    private static readonly ILookup<string, string> Sources = Directory.EnumerateFiles(Path.Combine(Root, "tests", "Scheduler.Tests"), "*Tests.cs", SearchOption.AllDirectories)
        .ToLookup(file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);

    [Fact]
    public void Rows_AreAllOfTheTutorials() => Assert.Equal([.. Predicates, .. Priorities], Rows.Select(row => row.Policy));

    [Fact]
    public void Rows_NumberTheTutorialsRows() => Assert.Equal([.. Enumerable.Range(1, 15), .. Enumerable.Range(1, 13)], Rows.Select(row => row.Number));

    [Fact]
    public void Rows_NameTestsThatAreThere() => Assert.All(Rows.Where(row => !row.IsMissing), row =>
    {
        Assert.NotEmpty(row.Tests);
        Assert.All(row.Tests, test => Assert.True(Exists(test), $"{row.Policy}: there is no test {test}"));
    });

    [Fact]
    public void Rows_NamePluginsThatAreThere() => Assert.All(Rows.Where(row => !row.IsMissing && row.Plugins is not ["PreScore"]), row =>
        Assert.All(row.Plugins, plugin => Assert.True(PluginRegistry.InTree.Find(plugin) is not null, $"{row.Policy}: there is no plugin {plugin}")));

    [Fact]
    public void Rows_OfPluginsThatAreThere_AreNotCalledMissing() => Assert.All(Rows.Where(row => row.IsMissing), row =>
        Assert.All(row.Plugins, plugin => Assert.True(PluginRegistry.InTree.Find(plugin) is null, $"{row.Policy}: {plugin} is here by now")));

    [Fact]
    public void Sample_IsAccepted() => Assert.Equal(["default-scheduler", "legacy-scheduler", "packing-scheduler"], Sample().Profiles.Select(profile => profile.SchedulerName));

    [Theory]
    [InlineData("filter", 0, 15)]
    [InlineData("score", 15, 28)]
    public void SamplesLegacyProfile_HasThePluginsOfEveryRow(string field, int from, int to)
    {
        var point = ExtensionPoint.All.Single(point => point.Field == field);
        var there = Sample().Profiles.Single(profile => profile.SchedulerName == "legacy-scheduler").Points[point].Select(entry => entry.Kind.Name).ToHashSet();

        var wanted = Rows[from..to].SelectMany(row => row.Plugins).Where(plugin => PluginRegistry.InTree.Find(plugin) is not null);

        Assert.Empty(wanted.Except(there));
    }

    [Fact]
    public void SamplesPackingProfile_PrefersTheFullerNode()
    {
        var plugins = Sample().Profiles.Single(profile => profile.SchedulerName == "packing-scheduler").Make(A.Context()).Plugins;
        var (fit, weight) = plugins.Scores.Single(score => score.Plugin.Name == "NodeResourcesFit");
        var pod = A.Pod().Cpu("1").Memory("2Gi").Info();

        Assert.Equal(5, weight);
        Assert.DoesNotContain(plugins.Scores, score => score.Plugin.Name == "NodeResourcesBalancedAllocation");
        // Half full against a quarter: 100·50/90 = 55 and 100·25/90 = 27.
        Assert.Equal(55, fit.Score(new CycleState(), pod, A.Node(cpu: "4", memory: "8Gi").Info(A.Pod("other").Cpu("1").Memory("2Gi"))));
        Assert.Equal(27, fit.Score(new CycleState(), pod, A.Node(cpu: "4", memory: "8Gi").Info()));
    }

    private static SchedulerConfiguration Sample()
    {
        var faults = new List<string>();
        var read = ConfigurationReader.Read(File.ReadAllBytes(Path.Combine(Root, "samples", "scheduler", "profiles.yaml")), "default-scheduler", PluginRegistry.InTree, faults);
        Assert.Empty(faults);
        return read;
    }

    private static bool Exists(string test)
    {
        var (type, method) = (test.Split('.')[0], test.Split('.')[1]);
        return Sources[type].Any(source => source.Contains($" {method}(", StringComparison.Ordinal));
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "MiniK8s.sln"))) folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("MiniK8s.sln is in no folder above this one.");
        return folder;
    }

    private sealed record Row(int Number, string Policy, IReadOnlyList<string> Plugins, IReadOnlyList<string> Tests, string Note)
    {
        public bool IsMissing => Note.StartsWith("not here yet", StringComparison.Ordinal);

        public static Row Of(Match match) => new(
            int.Parse(match.Groups[1].Value), match.Groups[2].Value, Quotes(match.Groups[3].Value), Quotes(match.Groups[4].Value), match.Groups[5].Value.Trim());

        private static IReadOnlyList<string> Quotes(string cell) => [.. Quoted().Matches(cell).Select(quoted => quoted.Groups[1].Value)];
    }

    [GeneratedRegex(@"^\| (\d+) \| (\w+) \| ([^|]+) \|[^|]*\|[^|]*\|([^|]*)\|([^|]*)\|$", RegexOptions.Multiline)]
    private static partial Regex Pattern();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();
}
