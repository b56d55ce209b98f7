using MiniK8s.Api.Quantities;
using MiniK8s.Kubelet.Cgroups;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Stats;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>What is said of a pod that is driven out; each sentence ends with a space [pkg/kubelet/eviction/helpers.go evictionMessage].</summary>
internal static class EvictionMessages
{
    /// <summary>The reason of its event and of its status.</summary>
    public const string Reason = "Evicted";

    /// <summary>Why, and the event's annotations: which of its containers use more than they asked for, and how much.</summary>
    public static (string Message, IReadOnlyDictionary<string, string> Annotations) Of(RankedPod victim, Threshold threshold, Observation seen)
    {
        var signal = threshold.Signal;
        var message = $"The node was low on resource: {signal.Resource}. "
            + $"Threshold quantity: {threshold.Least.Shown(seen.Capacity)}, available: {signal.QuantityOf(seen.Available)}. ";
        var offending = new List<(string Name, Quantity Used)>();
        foreach (var container in victim.Usage?.Containers ?? [])
        {
            if (Used(signal, container) is not { } used || victim.Pod.Spec.ContainerNamed(container.Name) is not { } declared) continue;
            var request = CgroupValues.Amount(declared.Resources?.Requests, signal.Resource);
            if (used <= request) continue;
            message += $"Container {container.Name} was using {used}, request is {request}, has larger consumption of {signal.Resource}. ";
            offending.Add((container.Name, used));
        }
        return (message, new Dictionary<string, string>
        {
            ["offending_containers"] = string.Join(',', offending.Select(container => container.Name)),
            ["offending_containers_usage"] = string.Join(',', offending.Select(container => container.Used)),
            ["starved_resource"] = signal.Resource,
        });
    }

    /// <summary>Why a pod is not let in.</summary>
    public static string Of(IEnumerable<string> pressures) => $"The node had condition: [{string.Join(' ', pressures)}]. ";

    private static Quantity? Used(EvictionSignal signal, ContainerUsage container) => signal switch
    {
        { Resource: EvictionSignal.MemoryResource } => signal.QuantityOf(container.Memory),
        { IsBytes: true } => signal.QuantityOf(container.Files.Bytes),
        _ => null,
    };
}
