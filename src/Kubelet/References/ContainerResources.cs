using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.References;

/// <summary>A container's requests and limits as containers can see them: <c>resourceFieldRef</c> [pkg/api/v1/resource/helpers.go].</summary>
internal static class ContainerResources
{
    /// <summary>
    /// The amount over the divisor (1 if unset), rounded up. A limit that is not set is the node's allocatable, a request that is not set 0. Null when the
    /// resource or the container does not exist.
    /// </summary>
    /// <param name="pod">The pod.</param>
    /// <param name="reference">What is asked for.</param>
    /// <param name="own">The container whose variable it is; null in a volume, where the reference must name one.</param>
    /// <param name="allocatable">Of the node, quantities by resource name.</param>
    public static string? Find(Pod pod, ResourceFieldSelector reference, Container? own, IReadOnlyDictionary<string, string> allocatable)
    {
        var container = reference.ContainerName.Length == 0 ? own : Named(pod, reference.ContainerName);
        if (container is null) return null;

        var parts = reference.Resource.Split('.', 2);
        if (parts is not [("limits" or "requests") and var map, var resource]) return null;
        var amounts = map == "limits" ? container.Resources?.Limits : container.Resources?.Requests;
        var text = amounts is not null && amounts.TryGetValue(resource, out var set) ? set
            : map == "limits" && allocatable.TryGetValue(resource, out var whole) ? whole
            : "0";
        var divisor = Quantity.TryParse(reference.Divisor, out var given) && !given.IsZero ? given : Quantity.FromUnits(1);
        return Divide(resource, Quantity.Parse(text), divisor);
    }

    /// <summary>Why <see cref="Find"/> has found nothing.</summary>
    public static string Fault(Pod pod, ResourceFieldSelector reference) =>
        reference.ContainerName.Length > 0 && Named(pod, reference.ContainerName) is null
            ? $"container {reference.ContainerName} not found"
            : $"unsupported container resource : {reference.Resource}";

    private static Container? Named(Pod pod, string name) => pod.Spec.Containers.Concat(pod.Spec.InitContainers).FirstOrDefault(c => c.Name == name);

    // Processor time is counted in thousandths, everything else in whole units; the quotient is rounded up.
    private static string Divide(string resource, Quantity amount, Quantity divisor)
    {
        var (top, bottom) = resource == "cpu" ? (amount.MilliValue, divisor.MilliValue) : (amount.Value, divisor.Value);
        return $"{(top + bottom - 1) / bottom}";
    }
}
