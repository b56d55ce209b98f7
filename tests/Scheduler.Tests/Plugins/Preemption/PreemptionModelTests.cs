using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.DefaultPreemption;

namespace MiniK8s.Scheduler.Tests.Plugins.Preemption;

// Thousands of small clusters made at random; a failure names its seed.
public sealed class PreemptionModelTests
{
    private const int Clusters = 3000;
    private readonly Profile _profile = A.DefaultProfile(new FakeApiClient());

    [Fact]
    public void Decide_RandomClusters_RemovesOnlyWhatItMust()
    {
        var (placed, preempted, refused) = (0, 0, 0);
        for (var seed = 0; seed < Clusters; seed++)
        {
            var random = new Random(seed);
            var nodes = Enumerable.Range(0, random.Next(1, 6)).Select(number => RandomNode(random, number)).ToList();
            var pod = RandomPod(random, "urgent", random.Next(-2, 6)).Info();

            switch (Decide(pod, nodes, seed))
            {
                case Decision.Place place:
                    placed++;
                    Assert.True(Fits(pod, nodes.Single(node => node.Name == place.Node)), $"seed {seed}: {place.Node} has no room");
                    break;
                case Decision.Reject { NominatedNode.Length: > 0 } reject:
                    preempted++;
                    AssertNeeded(seed, pod, nodes, reject);
                    break;
                default:
                    refused++;
                    Assert.All(nodes, node => Assert.False(Fits(pod, WithoutLower(node, pod)), $"seed {seed}: {node.Name} could have been cleared"));
                    break;
            }
        }

        Assert.True(int.Min(placed, int.Min(preempted, refused)) > Clusters / 20, $"{placed} placed, {preempted} with victims, {refused} refused: the clusters are not varied");
    }

    // What is kept from cycle to cycle of nodes, of whom they expect and of what they would be without less important pods.
    [Fact]
    public void Decide_NodesAndNominationsChange_DecidesAsOverANewSnapshot()
    {
        var preempted = 0;
        for (var seed = 0; seed < Clusters / 10; seed++)
        {
            var (random, cluster, nominated) = (new Random(seed), new RandomCluster(seed), new NominatedPods());
            var kept = new Snapshot(cluster.Nodes.Select(WithPods));
            for (var step = 0; step < 20; step++)
            {
                if (random.Next(2) == 0) kept.Replace(WithPods(cluster.Pick(cluster.Nodes)));
                if (random.Next(2) == 0) nominated.Nominate(Pod($"expected-{random.Next(4)}").Info(), cluster.Pick(cluster.Nodes).Metadata.Name);
                if (random.Next(4) == 0) nominated.Remove($"uid-expected-{random.Next(4)}");
                var pod = Pod($"expected-{random.Next(8)}").Info();

                var expected = Decide(pod, new Snapshot(kept.Nodes.Select(node => node.Expecting([]))), nominated, step);
                var actual = Decide(pod, kept, nominated, step);

                Assert.True(expected == actual, $"seed {seed}, step {step}: {expected} was {actual}");
                if (actual.Contains("victims", StringComparison.Ordinal)) preempted++;
            }

            NodeInfo WithPods(Node node) => node.Info([.. Enumerable.Range(0, random.Next(5)).Select(number => Pod($"{node.Metadata.Name}-{number}"))]);

            Pod Pod(string name)
            {
                var pod = random.Next(2) == 0 ? RandomPod(random, name, random.Next(-2, 6)) : cluster.Pod().Cpu($"{random.Next(3)}").Priority(random.Next(-2, 6));
                (pod.Metadata.Name, pod.Metadata.Uid) = (name, $"uid-{name}");
                return pod;
            }
        }
        Assert.True(preempted > Clusters / 10, $"{preempted} with victims");
    }

    // The plugin's own choices are random: one made anew from the seed chooses the same.
    private static string Decide(PodInfo pod, Snapshot snapshot, NominatedPods nominated, int seed)
    {
        var plugins = A.DefaultProfile(new FakeApiClient()).Plugins.With(new DefaultPreemption(new DefaultPreemptionArgs(), A.Context(), new Random(seed)));
        var decision = new SchedulingCycle(new Random(seed)).Decide(new Profile("default-scheduler", plugins), new CycleState(nominated), pod, snapshot);
        return decision is Decision.Reject { NominatedNode.Length: > 0 } reject
            ? $"{reject.Message} on {reject.NominatedNode} victims {string.Join(' ', reject.Result!.Victims)} displaced {string.Join(' ', reject.Result.Displaced)}"
            : $"{(decision as Decision.Place)?.Node} {(decision as Decision.Reject)?.Message}";
    }

    private static void AssertNeeded(int seed, PodInfo pod, List<NodeInfo> nodes, Decision.Reject reject)
    {
        var node = nodes.Single(candidate => candidate.Name == reject.NominatedNode);
        var victims = reject.Result!.Victims;
        var left = victims.Aggregate(node, (rest, victim) => rest.Without(victim.Uid));

        Assert.All(nodes, candidate => Assert.False(Fits(pod, candidate), $"seed {seed}: {candidate.Name} had room"));
        Assert.NotEmpty(victims);
        Assert.All(victims, victim => Assert.True(victim.Priority < pod.Priority, $"seed {seed}: {victim} is no less important"));
        Assert.True(Fits(pod, left), $"seed {seed}: there is still no room");
        Assert.All(victims, victim => Assert.False(Fits(pod, left.With(victim)), $"seed {seed}: {victim} could have stayed"));
        Assert.Equal(victims.OrderByDescending(victim => victim.Priority).Select(victim => victim.Priority), victims.Select(victim => victim.Priority));
    }

    // The rules in short, apart from the plugins: cpu, pod slots and host ports.
    private static bool Fits(PodInfo pod, NodeInfo node) =>
        !node.Node.Spec.Unschedulable
        && node.Pods.Length < node.PodSlots
        && (pod.Requests.MilliCpu == 0 || pod.Requests.MilliCpu + node.Pods.Sum(other => other.Requests.MilliCpu) <= node.Allocatable.MilliCpu)
        && !node.Pods.Any(other => PortOf(other.Pod) != 0 && PortOf(other.Pod) == PortOf(pod.Pod));

    private static int PortOf(Pod pod) => pod.Spec.Containers[0].Ports.FirstOrDefault()?.HostPort ?? 0;

    private static NodeInfo WithoutLower(NodeInfo node, PodInfo pod) => node.Pods.Where(other => other.Priority < pod.Priority).Aggregate(node, (rest, lower) => rest.Without(lower.Uid));

    private static NodeInfo RandomNode(Random random, int number)
    {
        var node = A.Node($"n{number}", cpu: $"{random.Next(2, 6)}", pods: $"{random.Next(3, 7)}");
        if (random.Next(8) == 0) node.Cordoned();
        return node.Info([.. Enumerable.Range(0, random.Next(1, 6)).Select(pod => RandomPod(random, $"p{number}-{pod}", random.Next(-2, 5)))]);
    }

    private static Pod RandomPod(Random random, string name, int priority)
    {
        var pod = A.Pod(name).Priority(priority).Cpu($"{random.Next(0, 5) * 500}m");
        if (random.Next(4) == 0) pod.HostPort(random.Next(80, 82));
        return random.Next(4) == 0 ? pod : pod.StartedAt(random.Next(0, 5));
    }

    private Decision Decide(PodInfo pod, List<NodeInfo> nodes, int seed) =>
        new SchedulingCycle(new Random(seed)).Decide(_profile, new CycleState(new NominatedPods()), pod, new Snapshot(nodes));
}
