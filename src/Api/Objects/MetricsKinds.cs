using MiniK8s.Protocol.Metrics.V1Beta1;

namespace MiniK8s.Api.Objects;

/// <summary>Kinds that are measured when they are asked for, and never stored or written: the resource metrics API [k8s.io/metrics, metrics-server].</summary>
public static class MetricsKinds
{
    private const string Group = "metrics.k8s.io";
    private const string Version = "v1beta1";

    /// <summary>What nodes use, under their names.</summary>
    public static ApiKind NodeMetrics { get; } =
        new(Protocol.Metrics.V1Beta1.NodeMetrics.Descriptor, NodeMetricsList.Descriptor, new() { Group = Group, Version = Version, Plural = "nodes" });

    /// <summary>What pods use, under their names.</summary>
    public static ApiKind PodMetrics { get; } =
        new(Protocol.Metrics.V1Beta1.PodMetrics.Descriptor, PodMetricsList.Descriptor, new() { Group = Group, Version = Version, Plural = "pods", Namespaced = true });

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApiKind> All { get; } = [NodeMetrics, PodMetrics];
}
