using MiniK8s.Api.Placement;
using MiniK8s.Kubelet.Stats;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>In which order pods are driven out [pkg/kubelet/eviction/helpers.go rankMemoryPressure, rankDiskPressureFunc, rankPIDPressure].</summary>
/// <remarks>
/// The first that tells two pods apart; the class of a pod is none of them, but one that asks for nothing is always above its request.
/// <code>
/// short of          | first of all     | then                     | then           | then
/// ------------------+------------------+--------------------------+----------------+---------------------------
/// memory            | use is not known | uses more than requested | lower priority | more above its request
/// ephemeral-storage | use is not known | uses more than requested | lower priority | more above its request
/// inodes            | use is not known | uses any                 | lower priority | more in use
/// pids              |                  |                          | lower priority | more in use
/// </code>
/// </remarks>
internal static class PodRanking
{
    public static IReadOnlyList<RankedPod> Of(EvictionSignal signal, IEnumerable<RankedPod> pods) => signal == EvictionSignal.Pids
        ? [.. pods.OrderBy(pod => pod.Pod.Spec.Priority).ThenByDescending(pod => pod.Usage?.Processes ?? 0)]
        : [.. pods.OrderBy(pod => pod.Usage is not null)
            .ThenByDescending(pod => Excess(signal, pod) > 0)
            .ThenBy(pod => pod.Pod.Spec.Priority)
            .ThenByDescending(pod => Excess(signal, pod))];

    private static long Excess(EvictionSignal signal, RankedPod pod) => pod.Usage is not { } usage ? 0 : signal.Resource switch
    {
        EvictionSignal.MemoryResource => usage.Memory - PodRequests.Of(pod.Pod.Spec).Memory,
        EvictionSignal.InodesResource => usage.LocalStorage(pod.Pod.Spec).Inodes,
        _ => usage.LocalStorage(pod.Pod.Spec).Bytes - PodRequests.Of(pod.Pod.Spec).EphemeralStorage,
    };
}

/// <summary>A pod and what it has in use; null where nobody knows.</summary>
internal sealed record RankedPod(Pod Pod, PodUsage? Usage);
