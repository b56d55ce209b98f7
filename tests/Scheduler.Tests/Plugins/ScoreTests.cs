using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeResources;
using MiniK8s.Scheduler.Plugins.TaintToleration;

using NodeAffinity = MiniK8s.Scheduler.Plugins.NodeAffinity.NodeAffinity;

namespace MiniK8s.Scheduler.Tests.Plugins;

public sealed class ScoreTests
{
    [Fact]
    public void LeastAllocated_UpstreamExample_Is62()
    {
        var node = A.Node(cpu: "4", memory: "8Gi").Info(A.Pod("other").Cpu("1").Memory("2Gi"));

        Assert.Equal(62, new NodeResourcesFit().Score(new CycleState(), A.Pod().Cpu("500m").Memory("1Gi").Info(), node));
    }

    [Fact]
    public void LeastAllocated_NoRequests_SupposesThemPerContainer()
    {
        // Two containers count as 200m and 400 MiB: (1000-200)*100/1000 = 80, (1000-400)*100/1000 = 60.
        var pod = A.Pod().With(spec => spec.Containers.Add(new Container { Name = "second" }));

        Assert.Equal(70, new NodeResourcesFit().Score(new CycleState(), pod.Info(), A.Node(cpu: "1", memory: "1000Mi").Info()));
    }

    [Fact]
    public void BalancedAllocation_HalfAndAQuarter_Is87()
    {
        var node = A.Node(cpu: "4", memory: "8Gi").Info();

        Assert.Equal(87, new NodeResourcesBalancedAllocation().Score(new CycleState(), A.Pod().Cpu("2").Memory("2Gi").Info(), node));
    }

    [Fact]
    public void TaintToleration_CountsSoftTaints_AndTurnsThemRound()
    {
        var plugin = new TaintToleration();
        var pod = A.Pod().Tolerates("a", "Exists").Info();
        long[] scores =
        [
            plugin.Score(new CycleState(), pod, A.Node().Taint("a", "", "PreferNoSchedule").Info()),
            plugin.Score(new CycleState(), pod, A.Node().Taint("b", "", "PreferNoSchedule").Info()),
            plugin.Score(new CycleState(), pod, A.Node().Taint("b", "", "PreferNoSchedule").Taint("c", "", "PreferNoSchedule").Info()),
        ];
        Assert.Equal([0, 1, 2], scores);

        plugin.Normalize(new CycleState(), pod, [], scores);

        Assert.Equal([100, 50, 0], scores);
    }

    [Fact]
    public void NodeAffinity_PreferredWeights_ScaleToTheLargest()
    {
        long[] scores = [80, 20, 0];

        new NodeAffinity().Normalize(new CycleState(), A.Pod().Info(), [], scores);

        Assert.Equal([100, 25, 0], scores);
    }

    [Theory]
    [InlineData(true, 100)]
    [InlineData(false, 0)]
    public void NormalizeToMax_AllZero_IsAllOrNothing(bool reverse, long each)
    {
        long[] scores = [0, 0];

        Scores.NormalizeToMax(scores, reverse);

        Assert.Equal([each, each], scores);
    }

    [Fact]
    public void PodRequests_InitAndSidecar_TakeTheLargerPeak()
    {
        var pod = A.Pod().Cpu("300m");
        pod.Spec.Containers.Add(new Container { Name = "second" });
        pod.Requests(pod.Spec.Containers[1], "cpu", "200m");
        foreach (var (cpu, policy) in new[] { ("2", null), ("500m", "Always"), ("1", (string?)null) })
        {
            var container = new Container { Name = $"init-{cpu}" };
            if (policy is not null) container.RestartPolicy = policy;
            pod.Requests(container, "cpu", cpu);
            pod.Spec.InitContainers.Add(container);
        }

        Assert.Equal(2000, pod.Info().Requests.MilliCpu);

        pod.Spec.Overhead["cpu"] = "50m";
        Assert.Equal(2050, pod.Info().Requests.MilliCpu);
    }
}
