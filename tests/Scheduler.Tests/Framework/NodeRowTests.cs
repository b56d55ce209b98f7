using System.Collections.Immutable;

using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Tests.Plugins;

namespace MiniK8s.Scheduler.Tests.Framework;

public sealed class NodeRowTests
{
    [Fact]
    public void With_RandomPods_SaysWhatTheNodeWithThemSays()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var (random, cluster) = (new Random(seed), new RandomCluster(seed));
            var node = cluster.Pick(cluster.Nodes);
            if (random.Next(3) == 0) node.Cordoned();
            var expected = Enumerable.Range(0, random.Next(3)).Select(_ => Pod()).ToImmutableArray();
            var info = node.Info(cluster.Pod().Cpu("1")).Expecting(expected);
            var rows = new NodeRows(info);
            for (var n = 0; n < 4; n++)
            {
                var pod = Pod();
                (info, rows) = (info.With(pod), rows.With(pod));
                if (random.Next(2) == 0) Assert.True(info.Pods.SequenceEqual(rows.Now.Node.Pods));     // looked at or not on the way, it comes to the same

                var fresh = new NodeRows(info);
                Assert.Equal((fresh.IsExpecting, fresh.LowestExpected), (rows.IsExpecting, rows.LowestExpected));
                AssertSame(fresh.Now, rows.Now);
                if (rows.IsExpecting) AssertSame(fresh.Then, rows.Then);
            }

            PodInfo Pod() => cluster.Pod().Priority(random.Next(5)).Cpu($"{random.Next(3)}").Memory($"{random.Next(3)}Gi").Info();
        }
    }

    // In which order pods stand at a node says nothing.
    private static void AssertSame(NodeRow expected, NodeRow actual)
    {
        Assert.Equal((expected.Room, expected.Taints, expected.IsCordoned), (actual.Room, actual.Taints, actual.IsCordoned));
        Assert.Equal(expected.Node.Pods.Select(pod => pod.Uid).Order(), actual.Node.Pods.Select(pod => pod.Uid).Order());
        Assert.Equal(expected.Node.Room, actual.Node.Room);
    }
}
