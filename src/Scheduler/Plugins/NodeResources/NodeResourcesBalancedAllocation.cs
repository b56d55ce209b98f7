using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>Prefers nodes whose resources would be used to the same degree.</summary>
/// <remarks>
/// The score falls with the standard deviation of the parts that would be in use, of the resources that the node has: half of cpu and a
/// quarter of memory deviate by 0.125, which is 87; 0.2, 0.5 and 0.8 by 0.245, which is 75.
/// Source: pkg/scheduler/framework/plugins/noderesources/balanced_allocation.go.
/// </remarks>
internal sealed class NodeResourcesBalancedAllocation(NodeResourcesBalancedAllocationArgs? args = null) : IScorePlugin
{
    private readonly ScoredResources _resources = new(args?.Resources ?? [], supposes: false);

    public string Name => "NodeResourcesBalancedAllocation";

    public long Score(CycleState state, PodInfo pod, NodeInfo node)
    {
        Span<double> parts = _resources.Count <= 16 ? stackalloc double[_resources.Count] : new double[_resources.Count];
        var count = 0;
        for (var i = 0; i < _resources.Count; i++)
        {
            var (allocatable, requested) = _resources.Of(i, pod, node);
            if (allocatable != 0) parts[count++] = double.Min(1, (double)requested / allocatable);
        }
        return (long)((1 - Deviation(parts[..count])) * Scores.Max);
    }

    // Two parts have a shorter formula, which rounds otherwise; the score must be Kubernetes' to the last bit.
    private static double Deviation(ReadOnlySpan<double> parts)
    {
        if (parts.Length < 2) return 0;
        if (parts.Length == 2) return double.Abs((parts[0] - parts[1]) / 2);
        var (total, squares) = (0.0, 0.0);
        foreach (var part in parts) total += part;
        var mean = total / parts.Length;
        foreach (var part in parts) squares += (part - mean) * (part - mean);
        return double.Sqrt(squares / parts.Length);
    }
}
