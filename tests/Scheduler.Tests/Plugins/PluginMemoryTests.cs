using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.ImageLocality;
using MiniK8s.Scheduler.Plugins.NodeName;
using MiniK8s.Scheduler.Plugins.NodePorts;
using MiniK8s.Scheduler.Plugins.NodeResources;
using MiniK8s.Scheduler.Plugins.NodeUnschedulable;
using MiniK8s.Scheduler.Plugins.TaintToleration;

using NodeAffinity = MiniK8s.Scheduler.Plugins.NodeAffinity.NodeAffinity;

namespace MiniK8s.Scheduler.Tests.Plugins;

// Filters and scores are asked for every pod and node, hundreds of thousands of times a second: they must not take memory.
public sealed class PluginMemoryTests
{
    private const int Times = 1000;
    private const string Gpu = "example.com/gpu";

    private static readonly IFilterPlugin[] FilterPlugins =
        [new NodeName(), new NodeUnschedulable(), new TaintToleration(), new NodeAffinity(), new NodePorts(), new NodeResourcesFit()];

    private static readonly IScorePlugin[] ScorePlugins =
    [
        new TaintToleration(), new NodeAffinity(), new NodeResourcesFit(), new NodeResourcesBalancedAllocation(), new ImageLocality(),
        new NodeResourcesFit(new NodeResourcesFitArgs { ScoringStrategy = new ScoringStrategy { Type = ScoringStrategy.MostAllocated } }),
    ];

    public static TheoryData<int> Filters => [.. Enumerable.Range(0, FilterPlugins.Length)];

    public static TheoryData<int> AllScores => [.. Enumerable.Range(0, ScorePlugins.Length)];

    [Theory]
    [MemberData(nameof(Filters))]
    public void Filter_NodeThatFits_TakesNoMemory(int plugin)
    {
        var (filter, state, pod, node) = (FilterPlugins[plugin], new CycleState(), Pod(), Node());
        Assert.True(filter.Filter(state, pod, node).IsSuccess);

        Assert.Equal(0, Allocated(() => filter.Filter(state, pod, node)));
    }

    [Theory]
    [MemberData(nameof(AllScores))]
    public void Score_Any_TakesNoMemory(int plugin)
    {
        var (score, state, pod, node) = (ScorePlugins[plugin], new CycleState(), Pod(), Node());
        if (score is IPreScorePlugin pre) Assert.True(pre.PreScore(state, pod, new Snapshot([node]), [node]));

        Assert.Equal(0, Allocated(() => score.Score(state, pod, node)));
    }

    [Fact]
    public void Filter_NodeWithoutRoom_TakesNoMemory()
    {
        var (filter, state, pod, node) = (new NodeResourcesFit(), new CycleState(), A.Pod().Cpu("99").Memory("99Gi").Info(), Node());
        Assert.False(filter.Filter(state, pod, node).IsSuccess);

        Assert.Equal(0, Allocated(() => filter.Filter(state, pod, node)));
    }

    [Fact]
    public void Filter_SameTaintOnManyNodes_TakesNoMemory()
    {
        var (filter, state, pod, node) = (new TaintToleration(), new CycleState(), A.Pod().Info(), A.Node().Taint("gpu", "yes", "NoSchedule").Info());
        Assert.False(filter.Filter(state, pod, node).IsSuccess);

        Assert.Equal(0, Allocated(() => filter.Filter(state, pod, node)));
    }

    // The first round compiles; of the rest the least counts, for the runtime may take some for itself.
    private static long Allocated(Action act)
    {
        var least = long.MaxValue;
        for (var round = 0; round < 5 && least > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Times; i++) act();
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    // With everything that a plugin may look at, but a nodeSelector: a map cannot be walked without memory.
    private static PodInfo Pod()
    {
        var pod = A.Pod().Cpu("500m").Memory("1Gi").HostPort(80).Tolerates("gpu", "Exists").Tolerates("soft", "Exists");
        pod.Requests(pod.Spec.Containers[0], Gpu, "1");
        pod.Spec.Containers[0].Image = "web:1";
        var zone = new NodeSelectorTerm { MatchExpressions = { new NodeSelectorRequirement { Key = "zone", Operator = "In", Values = { "a", "b" } } } };
        var cores = new NodeSelectorTerm { MatchExpressions = { new NodeSelectorRequirement { Key = "cores", Operator = "Gt", Values = { "4" } } } };
        pod.Spec.Affinity = new Affinity
        {
            NodeAffinity = new MiniK8s.Protocol.Core.V1.NodeAffinity
            {
                RequiredDuringSchedulingIgnoredDuringExecution = new NodeSelector { NodeSelectorTerms = { cores, zone } },
                PreferredDuringSchedulingIgnoredDuringExecution = { new PreferredSchedulingTerm { Weight = 5, Preference = zone } },
            },
        };
        return pod.Info();
    }

    private static NodeInfo Node()
    {
        var node = A.Node().Label("zone", "b").Label("cores", "8").Taint("gpu", "yes", "NoSchedule").Taint("soft", "", "PreferNoSchedule").Taint("other", "", "PreferNoSchedule");
        node.Status.Allocatable[Gpu] = "4";
        node.Status.Images.Add(new ContainerImage { Names = { "web:1" }, SizeBytes = 100 << 20 });
        return node.Info(A.Pod("other").Cpu("1").Memory("1Gi").HostPort(81));
    }
}
