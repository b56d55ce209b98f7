using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.InterPodAffinity;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

/// <summary>No pod waits for the flush: whenever a change makes a node acceptable that was not, the hint says so.</summary>
public sealed class HintSoundnessTests
{
    private const int Clusters = 4000;

    [Fact]
    public void InterPodAffinity_ChangeHelped_HintKnewIt() => Check(cluster => new InterPodAffinity(new FakeObjects([.. cluster.Namespaces])), nodesLeave: false);

    [Fact]
    public void PodTopologySpread_ChangeHelped_HintKnewIt() => Check(_ => new PodTopologySpread(new FakeObjects()), nodesLeave: true);

    // Of nodes that leave, InterPodAffinity hears through the pods that leave with them.
    private static void Check<T>(Func<RandomCluster, T> of, bool nodesLeave)
        where T : IPreFilterPlugin, IFilterPlugin, IQueueingHintPlugin
    {
        var helped = 0;
        for (var seed = 0; seed < Clusters; seed++)
        {
            var cluster = new RandomCluster(seed);
            var (plugin, pod) = (of(cluster), cluster.Pod().Info());
            var before = Accepted(plugin, pod, cluster);

            var change = Change(cluster, nodesLeave);

            if (!Accepted(plugin, pod, cluster).Except(before).Any()) continue;
            helped++;
            Assert.True(plugin.MayHelp(pod, change), $"cluster {seed}: {change}");
        }
        Assert.InRange(helped, Clusters / 60, Clusters);
    }

    private static HashSet<string> Accepted<T>(T plugin, PodInfo pod, RandomCluster cluster)
        where T : IPreFilterPlugin, IFilterPlugin =>
        [.. Ask.Filter(plugin, pod, cluster.Snapshot()).Zip(cluster.Nodes).Where(verdict => verdict.First.Length == 0).Select(verdict => verdict.Second.Metadata.Name)];

    private static ClusterEvent Change(RandomCluster cluster, bool nodesLeave)
    {
        if (cluster.Pods.Count > 0 && cluster.Chance(2)) return cluster.Chance(2) ? PodLeaves(cluster) : PodIsRelabelled(cluster);
        if (cluster.Chance(2)) return PodComes(cluster);
        if (cluster.Chance(2)) return new ClusterEvent.NodeAdded(cluster.AddNode());
        return nodesLeave && cluster.Nodes.Count > 1 && cluster.Chance(2) ? NodeLeaves(cluster) : NodeChanges(cluster);
    }

    private static ClusterEvent.AssignedPodAdded PodComes(RandomCluster cluster)
    {
        cluster.Pods.Add(cluster.Placed());
        return new(cluster.Pods[^1].Info());
    }

    private static ClusterEvent.AssignedPodDeleted PodLeaves(RandomCluster cluster)
    {
        var pod = cluster.Pick(cluster.Pods);
        cluster.Pods.Remove(pod);
        return new(pod.Info());
    }

    private static ClusterEvent.AssignedPodUpdated PodIsRelabelled(RandomCluster cluster)
    {
        var at = cluster.Pods.IndexOf(cluster.Pick(cluster.Pods));
        var (old, current) = (cluster.Pods[at], cluster.Pods[at].Clone());
        current.Metadata.Labels["app"] = cluster.Pick<string>(["web", "db", "cache"]);
        cluster.Pods[at] = current;
        return new(old.Info(), current.Info());
    }

    private static ClusterEvent.NodeDeleted NodeLeaves(RandomCluster cluster)
    {
        var node = cluster.Pick(cluster.Nodes);
        cluster.Nodes.Remove(node);
        cluster.Pods.RemoveAll(pod => pod.Spec.NodeName == node.Metadata.Name);
        return new(node);
    }

    private static ClusterEvent.NodeUpdated NodeChanges(RandomCluster cluster)
    {
        var at = cluster.Nodes.IndexOf(cluster.Pick(cluster.Nodes));
        var (old, current) = (cluster.Nodes[at], cluster.Nodes[at].Clone());
        var key = cluster.Pick<string>([Rules.Zone, "rack", "disk", Rules.Host]);
        if (cluster.Chance(3)) current.Metadata.Labels.Remove(key);
        else if (cluster.Chance(3)) current.Spec.Taints.Clear();
        else current.Label(key, cluster.Pick<string>(["a", "b", "ssd", "0"]));
        cluster.Nodes[at] = current;
        return new(old, current);
    }
}
