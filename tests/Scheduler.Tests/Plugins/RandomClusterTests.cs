using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Plugins.InterPodAffinity;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

/// <summary>The two plugins that count pods against their definitions, over some thousand clusters.</summary>
public sealed class RandomClusterTests
{
    private const int Clusters = 2000;

    [Fact]
    public void InterPodAffinity_Filter_EqualsItsDefinition() => ForEachCluster((cluster, pod) => (
        [.. cluster.Nodes.Select(node => new InterPodAffinityDefinition(cluster.World).Filter(pod, node))],
        Ask.Filter(Affinity(cluster), pod.Info(), cluster.Snapshot())));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(70)]
    public void InterPodAffinity_Score_EqualsItsDefinition(int hardWeight) => ForEachCluster((cluster, pod) =>
    {
        var expected = new InterPodAffinityDefinition(cluster.World, hardWeight).Scores(pod);
        var scored = Ask.Score(Affinity(cluster, hardWeight), pod.Info(), cluster.Snapshot());
        return (Texts(expected, expected is null ? null : InterPodAffinityDefinition.Normalize(expected)), Texts(scored?.Raw, scored?.Normalized));
    });

    [Fact]
    public void PodTopologySpread_Filter_EqualsItsDefinition() => ForEachCluster((cluster, pod) => (
        [.. cluster.Nodes.Select(node => new PodTopologySpreadDefinition(cluster.World, [], needEveryKey: false).Filter(pod, node))],
        Ask.Filter(new PodTopologySpread(new FakeObjects()), pod.Info(), cluster.Snapshot())));

    [Fact]
    public void PodTopologySpread_Score_EqualsItsDefinition() => ForEachCluster((cluster, pod) =>
    {
        TopologySpreadConstraint[] defaults = [Rules.Over(Rules.Host, "app=web", 3, hard: false), Rules.Over(Rules.Zone, "app=web", 5, hard: false)];
        var definition = new PodTopologySpreadDefinition(cluster.World, IsWeb(pod) ? defaults : [], needEveryKey: false);
        return CompareSpread(cluster, pod, definition, new PodTopologySpreadArgs());
    });

    [Fact]
    public void PodTopologySpread_ListedDefaults_EqualTheirDefinition() => ForEachCluster((cluster, pod) =>
    {
        TopologySpreadConstraint[] defaults = [Rules.Over("rack", "app=web", 2, hard: false), Rules.Over(Rules.Zone, "app=web")];
        var definition = new PodTopologySpreadDefinition(cluster.World, IsWeb(pod) ? defaults : [], needEveryKey: true);
        PodTopologySpreadArgs args = new([.. defaults.Select(WithoutSelector)], PodTopologySpreadArgs.ListedDefaults);

        Assert.Equal(cluster.Nodes.Select(node => definition.Filter(pod, node)), Ask.Filter(WithService(args), pod.Info(), cluster.Snapshot()));
        return CompareSpread(cluster, pod, definition, args);
    });

    private static (string[], string[]) CompareSpread(RandomCluster cluster, Pod pod, PodTopologySpreadDefinition definition, PodTopologySpreadArgs args)
    {
        var snapshot = cluster.Snapshot();
        int[] feasible = [.. Enumerable.Range(0, cluster.Nodes.Count).Where(_ => !cluster.Chance(4))];
        var expected = definition.Scores(pod, [.. feasible.Select(i => cluster.Nodes[i])]);
        var scored = Ask.Score(WithService(args), pod.Info(), snapshot, [.. feasible.Select(i => snapshot.Nodes[i])]);
        return (Texts(expected?.Raw, expected?.Normalized), Texts(scored?.Raw, scored?.Normalized));
    }

    // Fails on the first cluster where the two differ, and if fewer than a tenth of the clusters had anything to say.
    private static void ForEachCluster(Func<RandomCluster, Pod, (string[] Expected, string[] Actual)> compare)
    {
        var telling = 0;
        for (var seed = 0; seed < Clusters; seed++)
        {
            var cluster = new RandomCluster(seed);
            var (expected, actual) = compare(cluster, cluster.Pod());
            Assert.True(expected.SequenceEqual(actual), $"cluster {seed}: expected {string.Join(" | ", expected)}, was {string.Join(" | ", actual)}");
            if (expected.Distinct().Count() > 1) telling++;
        }
        Assert.InRange(telling, Clusters / 10, Clusters);
    }

    private static string[] Texts(long[]? raw, long[]? normalized) => raw is null ? ["skipped"] : [.. raw.Zip(normalized!, (a, b) => $"{a}:{b}")];

    private static bool IsWeb(Pod pod) => pod.Metadata.Namespace == "default" && pod.Metadata.Labels["app"] == "web";

    private static InterPodAffinity Affinity(RandomCluster cluster, int hardWeight = 1) => new(new FakeObjects([.. cluster.Namespaces]), new(hardWeight));

    private static PodTopologySpread WithService(PodTopologySpreadArgs args) => new(new FakeObjects(PodTopologySpreadFilterTests.Service("web", ("app", "web"))), args);

    private static TopologySpreadConstraint WithoutSelector(TopologySpreadConstraint constraint)
    {
        var clone = constraint.Clone();
        clone.LabelSelector = null;
        return clone;
    }
}
