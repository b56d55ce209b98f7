using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeResourceLimits;

namespace MiniK8s.Scheduler.Tests.Plugins.Retired;

// A node of 4 cpu and 8 GiB.
public sealed class NodeResourceLimitsTests
{
    [Theory]
    [InlineData("4", "8Gi", "", 1)]
    [InlineData("4", "9Gi", "", 1)]         // one of them is enough
    [InlineData("5", "8Gi", "", 1)]
    [InlineData("5", "9Gi", "", 0)]
    [InlineData("5", "", "", 0)]
    [InlineData("", "8Gi", "", 1)]
    [InlineData("3", "", "6", 0)]           // an init container's is larger
    [InlineData("3", "", "2", 1)]
    public void Score_Limits_WithinWhatTheNodeHas(string cpu, string memory, string initCpu, long score)
    {
        var pod = A.Pod().With(spec =>
        {
            spec.Containers[0].Resources = Limits(cpu, memory);
            if (initCpu.Length > 0) spec.InitContainers.Add(new Container { Name = "init", Resources = Limits(initCpu, "") });
        });

        Assert.Equal(score, Score(pod));
    }

    [Fact]
    public void Score_SeveralContainers_AddUp()
    {
        var pod = A.Pod().With(spec =>
        {
            spec.Containers[0].Resources = Limits("3", "");
            spec.Containers.Add(new Container { Name = "second", Resources = Limits("2", "") });
        });

        Assert.Equal(0, Score(pod));
    }

    [Fact]
    public void PreScore_PodWithoutLimits_HasNothingToSay() => Assert.False(new NodeResourceLimits().PreScore(new CycleState(), A.Pod().Cpu("1").Info(), new Snapshot([]), []));

    private static long Score(Pod pod)
    {
        var (plugin, state) = (new NodeResourceLimits(), new CycleState());
        plugin.PreScore(state, pod.Info(), new Snapshot([]), []);
        return plugin.Score(state, pod.Info(), A.Node(cpu: "4", memory: "8Gi").Info());
    }

    private static ResourceRequirements Limits(string cpu, string memory)
    {
        var limits = new ResourceRequirements();
        if (cpu.Length > 0) limits.Limits["cpu"] = cpu;
        if (memory.Length > 0) limits.Limits["memory"] = memory;
        return limits;
    }
}
