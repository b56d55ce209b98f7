using MiniK8s.Api.Placement;
using MiniK8s.Api.Validation;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Cgroups;

/// <summary>Whom the kernel kills first when a node runs out of memory [pkg/kubelet/qos/policy.go].</summary>
/// <remarks>
/// The first row that fits:
/// <code>
/// the pod                                       | oom_score_adj
/// ----------------------------------------------+--------------------------------------------------------------------
/// critical, and of class system-node-critical   | -997
/// Guaranteed                                    | -997
/// BestEffort                                    | 1000
/// Burstable                                     | 1000 - 1000 * memory request / memory of the node, from 3 to 999
/// Burstable, and the container is a sidecar     | the same, but no more than the main container that requests least would have
/// </code>
/// </remarks>
internal static class OomScore
{
    private const string NodeCriticalClass = "system-node-critical";
    private const int Guaranteed = -997;
    private const int BestEffort = 1000;
    private const int LeastOfBurstable = 3;         // above what a Guaranteed container that uses all there is comes to

    /// <summary>A container's oom_score_adj.</summary>
    /// <param name="memoryCapacity">Of the node, in bytes; more than 0.</param>
    public static int AdjustmentOf(Pod pod, Container container, long memoryCapacity)
    {
        if (pod.IsCritical() && pod.Spec.PriorityClassName == NodeCriticalClass) return Guaranteed;
        var qos = PodQos.Of(pod.Spec);
        if (qos != PodQos.Burstable) return qos == PodQos.Guaranteed ? Guaranteed : BestEffort;

        var adjustment = ByRequest(Request(container), memoryCapacity);
        if (pod.Spec.Sidecars().Any(sidecar => sidecar.Name == container.Name) && pod.Spec.Containers.Count > 0)
            adjustment = long.Min(adjustment, ByRequest(pod.Spec.Containers.Min(Request), memoryCapacity));
        return (int)long.Clamp(adjustment, LeastOfBurstable, BestEffort - 1);
    }

    private static long ByRequest(long request, long capacity) => 1000 - (long)((Int128)1000 * request / capacity);

    private static long Request(Container container) => CgroupValues.Amount(container.Resources?.Requests, ResourceLists.Memory).Value;
}
