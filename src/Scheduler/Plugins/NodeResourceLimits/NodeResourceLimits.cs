using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeResourceLimits;

/// <summary>Prefers, where all else is equal, nodes on which the pod could use as much cpu or memory as its limits allow: the priority ResourceLimitsPriority.</summary>
/// <remarks>
/// 1 where the pod's limit of cpu or that of memory is set and not above what the node has in all, else 0. The limit of a pod is the sum
/// over its containers or that of an init container, whichever is larger. Off unless a profile names it; Kubernetes had it until 1.19.
/// Source: pkg/scheduler/framework/plugins/noderesources/resource_limits.go.
/// </remarks>
internal sealed class NodeResourceLimits : IPreScorePlugin, IScorePlugin
{
    public string Name => "NodeResourceLimits";

    public bool PreScore(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible)
    {
        var limits = LimitsOf(pod.Pod.Spec);
        state.Keep(new PodLimits(limits.MilliCpu, limits.Memory));
        return limits.MilliCpu > 0 || limits.Memory > 0;
    }

    public long Score(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (state.Find<PodLimits>() is not { } limits) return 0;
        return Fits(limits.MilliCpu, node.Allocatable.MilliCpu) || Fits(limits.Memory, node.Allocatable.Memory) ? 1 : 0;
    }

    private static bool Fits(long limit, long allocatable) => limit > 0 && limit <= allocatable;

    private static Resources LimitsOf(PodSpec spec)
    {
        var together = spec.Containers.Aggregate(Resources.None, (sum, container) => sum + LimitsOf(container));
        return spec.InitContainers.Aggregate(together, (largest, container) => Resources.Max(largest, LimitsOf(container)));
    }

    private static Resources LimitsOf(Container container) => ResourceLists.Read(container.Resources?.Limits ?? []);

    private sealed class PodLimits(long milliCpu, long memory) : ICycleData
    {
        public long MilliCpu => milliCpu;

        public long Memory => memory;

        public ICycleData Clone() => this;
    }
}
