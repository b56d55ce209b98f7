using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.InterPodAffinity;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

/// <summary>What preemption and nominations rely on: after pods were added and removed, a plugin says what it would say had it counted anew.</summary>
public sealed class AddAndRemovePodTests
{
    private const int Clusters = 1500;

    [Fact]
    public void InterPodAffinity_PodsCameAndLeft_SaysWhatANewCountSays() => Check(cluster => new InterPodAffinity(new FakeObjects([.. cluster.Namespaces])));

    [Fact]
    public void PodTopologySpread_PodsCameAndLeft_SaysWhatANewCountSays() => Check(_ => new PodTopologySpread(new FakeObjects()));

    private static void Check<T>(Func<RandomCluster, T> plugin)
        where T : IPreFilterPlugin, IFilterPlugin
    {
        var changed = 0;
        for (var seed = 0; seed < Clusters; seed++)
        {
            var cluster = new RandomCluster(seed);
            if (Check(plugin(cluster), cluster, seed)) changed++;
        }
        Assert.InRange(changed, Clusters / 60, Clusters);     // so often the changes changed a verdict
    }

    private static bool Check<T>(T plugin, RandomCluster cluster, int seed)
        where T : IPreFilterPlugin, IFilterPlugin
    {
        var (state, snapshot) = (new CycleState(), cluster.Snapshot());
        PodInfo pod;
        do pod = cluster.Pod().Info();
        while (plugin.PreFilter(state, pod, snapshot).Skip);
        var before = Ask.Verdicts(plugin, state, pod, snapshot.Nodes);

        var tried = state.Clone();
        for (var n = 0; n < 5; n++) Change(plugin, tried, cluster, pod);

        var expected = Ask.Filter(plugin, pod, cluster.Snapshot());
        var actual = Ask.Verdicts(plugin, tried, pod, cluster.Snapshot().Nodes);
        Assert.True(expected.SequenceEqual(actual), $"cluster {seed}: expected {string.Join(" | ", expected)}, was {string.Join(" | ", actual)}");
        Assert.Equal(before, Ask.Verdicts(plugin, state, pod, snapshot.Nodes));     // the clone changes apart from what it was made of
        return !before.SequenceEqual(expected);
    }

    private static void Change(IPreFilterPlugin plugin, CycleState state, RandomCluster cluster, PodInfo pod)
    {
        var remove = cluster.Pods.Count > 0 && cluster.Chance(2);
        var other = remove ? cluster.Pick(cluster.Pods) : cluster.Placed();
        var node = cluster.World.NodeOf(other).Info();
        if (remove)
        {
            cluster.Pods.Remove(other);
            plugin.RemovePod(state, pod, other.Info(), node);
        }
        else
        {
            cluster.Pods.Add(other);
            plugin.AddPod(state, pod, other.Info(), node);
        }
    }
}
