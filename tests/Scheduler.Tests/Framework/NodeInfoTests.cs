using System.Collections.Immutable;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Tests.Plugins;

namespace MiniK8s.Scheduler.Tests.Framework;

// What is asked of thousands of nodes again and again is kept, and must be what it would be if it were made anew.
public sealed class NodeInfoTests
{
    private const int Clusters = 300;

    [Fact]
    public void WithoutBelow_RandomPods_IsTheNodeFromWhichTheyLeftOneByOne()
    {
        for (var seed = 0; seed < Clusters; seed++)
        {
            var random = new Random(seed);
            var node = RandomNode(seed, random);
            for (var n = 0; n < 4; n++)
            {
                var priority = random.Next(0, 5);
                var oneByOne = node.Pods.Where(pod => pod.Priority < priority).Aggregate(node, (rest, pod) => rest.Without(pod.Uid));

                AssertSame(oneByOne, node.WithoutBelow(priority), $"seed {seed}, priority {priority}");
            }
        }
    }

    [Fact]
    public void WithExpected_RandomPods_IsTheNodeToWhichTheyCameOneByOne()
    {
        for (var seed = 0; seed < Clusters; seed++)
        {
            var random = new Random(seed);
            var (node, cluster) = (RandomNode(seed, random), new RandomCluster(seed));
            for (var n = 0; n < 4; n++)
            {
                var pods = Enumerable.Range(0, random.Next(3)).Select(_ => cluster.Pod().Info()).ToImmutableArray();
                var oneByOne = pods.Aggregate(node, (sum, pod) => sum.With(pod));

                AssertSame(oneByOne, node.Expecting(pods).WithExpected, $"seed {seed}");
            }
        }
    }

    [Fact]
    public void WithExpected_PodsCameAndLeft_IsWithThoseAndTheExpected()
    {
        var (first, second, third) = (A.Pod("a").Cpu("1").Priority(3).Info(), A.Pod("b").Cpu("2").Priority(2).Info(), A.Pod("c").Cpu("3").Info());
        var node = A.Node().Info(A.Pod("there").Cpu("4").Priority(9)).Expecting([first, second]);
        Assert.Equal(("there a b", 7000, 2), (Names(node.WithExpected), node.WithExpected.Requested.MilliCpu, node.LowestExpected));

        Assert.Equal("there c a b", Names(node.With(third).WithExpected));
        Assert.Equal("a b", Names(node.Without("uid-there").WithExpected));
        Assert.Equal("there a b", Names(node.With(third).WithoutBelow(1).WithExpected));
        Assert.Equal("there a b", Names(node.With(A.Node(cpu: "9")).WithExpected));
        Assert.Equal(("there c", 0), (Names(node.Expecting([third]).WithExpected), node.Expecting([third]).LowestExpected));
        Assert.Equal("there", Names(node.Expecting([]).WithExpected));
    }

    [Fact]
    public void With_NodesLaterState_KnowsWhatItSays()
    {
        var node = A.Node().Info(A.Pod()).With(A.Node(cpu: "8").Label("a", "b").Taint("gpu", "", "NoSchedule").Cordoned());

        Assert.Equal((true, 1, 8000, true, 1), (node.IsCordoned, node.Taints?.Count, node.Allocatable.MilliCpu, node.Labels.Has(new HashedText("a")), node.Pods.Length));
        Assert.Equal((false, null), (node.With(A.Node()).IsCordoned, node.With(A.Node()).Taints));
    }

    private static NodeInfo RandomNode(int seed, Random random)
    {
        var cluster = new RandomCluster(seed);
        Pod[] pods = [.. Enumerable.Range(0, random.Next(6)).Select(_ => cluster.Pod().Priority(random.Next(5)).Cpu($"{random.Next(3)}"))];
        return cluster.Pick(cluster.Nodes).Info(pods);
    }

    private static string Names(NodeInfo node) => string.Join(' ', node.Pods.Select(pod => pod.Key.Name));

    private static void AssertSame(NodeInfo expected, NodeInfo actual, string at)
    {
        Assert.True(expected.Pods.SequenceEqual(actual.Pods), at);
        Assert.True(expected.PodsWithAffinity.SequenceEqual(actual.PodsWithAffinity), at);
        Assert.True(expected.PodsWithRequiredAntiAffinity.SequenceEqual(actual.PodsWithRequiredAntiAffinity), at);
        Assert.Equal((expected.Node, expected.Name, expected.Labels, expected.Images), (actual.Node, actual.Name, actual.Labels, actual.Images));
        Assert.Equal((expected.IsCordoned, expected.Taints, expected.PodSlots), (actual.IsCordoned, actual.Taints, actual.PodSlots));
        Assert.Equal((expected.Allocatable, expected.Requested, expected.NonZeroRequested, expected.Room), (actual.Allocatable, actual.Requested, actual.NonZeroRequested, actual.Room));
        Assert.Equal(
            (actual.Allocatable.MilliCpu - actual.Requested.MilliCpu, actual.PodSlots - actual.Pods.Length, actual.Pods.Sum(pod => pod.Requests.MilliCpu)),
            (actual.Room.MilliCpu, actual.Room.PodSlots, actual.Requested.MilliCpu));
    }
}
