using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>Prefers nodes whose cpu and memory would be used to the same degree.</summary>
/// <remarks>Half of cpu and a quarter of memory in use: the deviation is 0.125, the score 87.</remarks>
internal sealed class NodeResourcesBalancedAllocation : IScorePlugin
{
    public string Name => "NodeResourcesBalancedAllocation";

    public long Score(CycleState state, PodInfo pod, NodeInfo node)
    {
        var cpu = Fraction(node.Requested.MilliCpu + pod.Requests.MilliCpu, node.Allocatable.MilliCpu);
        var memory = Fraction(node.Requested.Memory + pod.Requests.Memory, node.Allocatable.Memory);
        var deviation = cpu is { } c && memory is { } m ? double.Abs(c - m) / 2 : 0;
        return (long)((1 - deviation) * Scores.Max);
    }

    private static double? Fraction(long requested, long allocatable) =>
        allocatable > 0 ? double.Min(1, (double)requested / allocatable) : null;
}
