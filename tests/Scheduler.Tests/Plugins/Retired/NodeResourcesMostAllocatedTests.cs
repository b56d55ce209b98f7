using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeResourcesMostAllocated;

namespace MiniK8s.Scheduler.Tests.Plugins.Retired;

public sealed class NodeResourcesMostAllocatedTests
{
    [Theory]
    [InlineData(1, 49)]       // cpu 1500/4000 = 37, memory 5/8 = 62
    [InlineData(3, 43)]       // (37·3 + 62) / 4
    public void Score_ScarcestNode_IsPreferred(int weightOfCpu, long score)
    {
        var plugin = new NodeResourcesMostAllocated(new NodeResourcesMostAllocatedArgs { Resources = [new() { Name = "cpu", Weight = weightOfCpu }, new() { Name = "memory" }] });
        var node = A.Node(cpu: "4", memory: "8Gi").Info(A.Pod("other").Cpu("1").Memory("2Gi"));

        Assert.Equal(score, plugin.Score(new CycleState(), A.Pod().Cpu("500m").Memory("3Gi").Info(), node));
    }
}
