using Google.Protobuf.Collections;

using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Api.Validation;

/// <summary>How well a pod's use of cpu and memory is bounded. Set once, when the pod is created.</summary>
public static class PodQos
{
    /// <summary>No requests and no limits at all.</summary>
    public const string BestEffort = "BestEffort";

    /// <summary>Some, but not Guaranteed.</summary>
    public const string Burstable = "Burstable";

    /// <summary>Every container has limits for both, and requests equal to them.</summary>
    public const string Guaranteed = "Guaranteed";

    private static readonly string[] Compute = ["cpu", "memory"];

    /// <summary>The class of a pod with this spec. Ephemeral containers do not count.</summary>
    public static string Of(PodSpec spec)
    {
        var requests = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var limits = new Dictionary<string, Quantity>(StringComparer.Ordinal);
        var isBounded = true;
        foreach (var container in spec.Containers.Concat(spec.InitContainers))
        {
            Sum(container.Resources?.Requests, requests);
            isBounded &= Sum(container.Resources?.Limits, limits) == Compute.Length;
        }
        if (requests.Count == 0 && limits.Count == 0) return BestEffort;
        var isEqual = requests.Count == limits.Count
            && requests.All(request => limits.TryGetValue(request.Key, out var limit) && limit == request.Value);
        return isBounded && isEqual ? Guaranteed : Burstable;
    }

    /// <returns>How many of cpu and memory have an amount.</returns>
    private static int Sum(MapField<string, string>? amounts, Dictionary<string, Quantity> totals)
    {
        var found = 0;
        foreach (var name in Compute)
        {
            if (amounts is null || !amounts.TryGetValue(name, out var text) || Quantity.Parse(text) is not { Sign: > 0 } amount) continue;
            totals[name] = totals.GetValueOrDefault(name) + amount;
            found++;
        }
        return found;
    }
}
