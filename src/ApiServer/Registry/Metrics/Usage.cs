using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Registry.Metrics;

/// <summary>Usage in the metrics API's words, as metrics-server writes them [metrics-server pkg/api, pkg/storage].</summary>
internal static class Usage
{
    /// <summary>The time between two of metrics-server's looks. Kubelets answer with what is used at the moment.</summary>
    public const string Window = "15s";

    /// <summary>Name, namespace and labels of what is measured; made when it was measured.</summary>
    public static ObjectMeta MetadataOf(ObjectMeta measured, StatsResponse stats) => new()
    {
        Name = measured.Name, Namespace = measured.Namespace, CreationTimestamp = stats.At, Labels = { measured.Labels },
    };

    /// <summary>cpu in billionths of a core, memory in bytes; both shortened as quantities are: 12345678n, 12m, 3372Ki.</summary>
    public static IDictionary<string, string> Of(UsageStats usage) => new Dictionary<string, string>
    {
        ["cpu"] = Quantity.Parse($"{usage.CpuNanocores}n").ToString(),
        ["memory"] = Quantity.FromUnits(usage.MemoryBytes, QuantityFormat.BinarySI).ToString(),
    };
}
