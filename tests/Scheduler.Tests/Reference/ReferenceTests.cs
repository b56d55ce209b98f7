using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Reference;

/// <summary>The default profile against <see cref="Reference"/>, over clusters drawn by seed.</summary>
public sealed class ReferenceTests
{
    private const int Worlds = 10_000;
    private readonly Profile _profile = A.DefaultProfile(new FakeApiClient());

    [Fact]
    public void EveryDefaultFilterAndScore_HasAReference()
    {
        Assert.Empty(_profile.Plugins.Filters.Select(filter => filter.Name).Except(Reference.Filters.Keys));
        Assert.Empty(_profile.Plugins.Scores.Select(score => score.Plugin.Name).Except(Reference.Scores.Keys));
    }

    [Fact]
    public void Decide_TenThousandClusters_FindsTheSameNodesAndScoresFeasible()
    {
        var (placed, rejected, choices) = (0, 0, 0);
        for (var seed = 0; seed < Worlds; seed++)
        {
            var generator = new WorldGenerator(seed);
            var (world, pod) = (generator.World(), generator.Pod("new"));
            var expected = Best(world, pod);

            var decision = new SchedulingCycle(new Random(seed)).Decide(_profile, new CycleState(), pod.Info(), world.Snapshot());

            if (decision is Decision.Place place)
            {
                Assert.True(expected.Contains(place.Node), $"seed {seed}: {place.Node}, where the best are [{string.Join(", ", expected)}]");
                placed++;
                if (expected.Count < world.Nodes.Count) choices++;
            }
            else
            {
                Assert.True(expected.Count == 0, $"seed {seed}: none, where the best are [{string.Join(", ", expected)}]");
                rejected++;
            }
        }
        // So the clusters are neither all empty nor all full, and a choice was mostly to be made.
        Assert.InRange(placed, Worlds / 4, Worlds);
        Assert.InRange(rejected, Worlds / 10, Worlds);
        Assert.InRange(choices, Worlds / 5, Worlds);
    }

    // The names of the nodes with the highest sum among those that every filter lets through.
    private HashSet<string> Best(World world, Pod pod)
    {
        var feasible = world.Nodes.Where(node => _profile.Plugins.Filters.All(filter => Reference.Filters[filter.Name](world, pod, node))).ToList();
        if (feasible.Count == 0) return [];
        var totals = new long[feasible.Count];
        foreach (var (plugin, weight) in _profile.Plugins.Scores)
        {
            var scores = Reference.Scores[plugin.Name](world, pod, feasible);
            for (var i = 0; i < totals.Length; i++) totals[i] += weight * scores[i];
        }
        return [.. feasible.Where((_, i) => totals[i] == totals.Max()).Select(node => node.Metadata.Name)];
    }
}
