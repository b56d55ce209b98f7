using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.InterPodAffinity;
using MiniK8s.Scheduler.Plugins.PodTopologySpread;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Plugins;

/// <summary>A snapshot that was kept through changes answers as a new one would: what its columns remember is never out of date.</summary>
public sealed class KeptSnapshotTests
{
    private const int Clusters = 200;
    private const int Changes = 12;

    [Fact]
    public void InterPodAffinity_OnAKeptSnapshot_SaysWhatItSaysOnANewOne() => Check(cluster => new InterPodAffinity(new FakeObjects([.. cluster.Namespaces])));

    [Fact]
    public void PodTopologySpread_OnAKeptSnapshot_SaysWhatItSaysOnANewOne() => Check(_ => new PodTopologySpread(new FakeObjects()));

    private static void Check<T>(Func<RandomCluster, T> of)
        where T : IPreFilterPlugin, IFilterPlugin, IPreScorePlugin, IScorePlugin
    {
        for (var seed = 0; seed < Clusters; seed++)
        {
            var cluster = new RandomCluster(seed);
            var (plugin, kept) = (of(cluster), cluster.Snapshot());
            PodInfo[] pods = [cluster.Pod().Info(), cluster.Pod().Info(), cluster.Pod().Info()];
            for (var change = 0; change < Changes; change++)
            {
                kept.Replace(Change(cluster));
                var (pod, fresh) = (cluster.Pick(pods), cluster.Snapshot());
                Assert.True(Say(plugin, pod, fresh) == Say(plugin, pod, kept), $"cluster {seed}, change {change}: {Say(plugin, pod, fresh)} was {Say(plugin, pod, kept)}");
            }
        }
    }

    private static string Say<T>(T plugin, PodInfo pod, Snapshot snapshot)
        where T : IPreFilterPlugin, IFilterPlugin, IPreScorePlugin, IScorePlugin
    {
        var scored = Ask.Score(plugin, pod, snapshot);
        return string.Join('|', Ask.Filter(plugin, pod, snapshot)) + (scored is { } score ? $" {string.Join(',', score.Raw)} {string.Join(',', score.Normalized)}" : " skipped");
    }

    // One node with its pods is another than it was.
    private static NodeInfo Change(RandomCluster cluster)
    {
        var at = cluster.Nodes.IndexOf(cluster.Pick(cluster.Nodes));
        var name = cluster.Nodes[at].Metadata.Name;
        if (cluster.Chance(4)) cluster.Nodes[at] = Relabelled(cluster, cluster.Nodes[at].Clone());
        else if (cluster.Chance(2) && cluster.Pods.Find(pod => pod.Spec.NodeName == name) is { } leaving) cluster.Pods.Remove(leaving);
        else cluster.Pods.Add(cluster.Pod().OnNode(name));
        return cluster.Nodes[at].Info([.. cluster.Pods.Where(pod => pod.Spec.NodeName == name)]);
    }

    private static Node Relabelled(RandomCluster cluster, Node node)
    {
        var key = cluster.Pick<string>([Rules.Zone, "rack", "disk"]);
        if (cluster.Chance(3)) node.Metadata.Labels.Remove(key);
        else node.Label(key, cluster.Pick<string>(["a", "d", "ssd", "0"]));
        return node;
    }
}
