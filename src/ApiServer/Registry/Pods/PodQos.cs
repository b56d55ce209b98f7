using Google.Protobuf.Collections;

using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Pods;

/// <summary>The quality of service class, from the cpu and memory of containers and init containers (ephemeral ones do not count).</summary>
/// <remarks>
/// no positive request or limit at all                                              | BestEffort
/// every container limits both, and each resource's requests add up to its limits   | Guaranteed
/// otherwise                                                                        | Burstable
/// </remarks>
internal static class PodQos
{
    private static readonly string[] Counted = ["cpu", "memory"];

    /// <summary>The class of a pod with defaults applied.</summary>
    public static string ClassOf(PodSpec spec)
    {
        var containers = spec.Containers.Concat(spec.InitContainers).Select(container => container.Resources ?? new()).ToArray();
        var requests = Total(containers.Select(resources => resources.Requests));
        var limits = Total(containers.Select(resources => resources.Limits));
        if (requests.Count == 0 && limits.Count == 0) return "BestEffort";
        var allLimited = containers.All(resources => Counted.All(name => Positive(resources.Limits, name) is not null));
        var areEqual = requests.Count == limits.Count && requests.All(request => limits.TryGetValue(request.Key, out var limit) && limit == request.Value);
        return allLimited && areEqual ? "Guaranteed" : "Burstable";
    }

    private static Dictionary<string, decimal> Total(IEnumerable<MapField<string, string>> lists)
    {
        var totals = new Dictionary<string, decimal>();
        foreach (var list in lists)
        {
            foreach (var name in Counted)
            {
                if (Positive(list, name) is { } amount) totals[name] = totals.GetValueOrDefault(name) + amount;
            }
        }
        return totals;
    }

    private static decimal? Positive(MapField<string, string> list, string name) =>
        list.TryGetValue(name, out var text) && Quantity.Parse(text) is var amount && amount.MilliValue > 0 ? amount.MilliValue : null;
}
