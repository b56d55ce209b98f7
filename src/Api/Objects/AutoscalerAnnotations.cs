using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Objects;

/// <summary>The annotations by which a HorizontalPodAutoscaler of v1 has what only v2 has fields for. Source: pkg/apis/autoscaling of Kubernetes 1.32.</summary>
/// <remarks>They belong to v1 alone: they are made where it is shown and read where it is written, and never stored.</remarks>
public static class AutoscalerAnnotations
{
    /// <summary>spec.metrics, but for the utilization of cpu.</summary>
    public const string Metrics = "autoscaling.alpha.kubernetes.io/metrics";

    /// <summary>status.currentMetrics.</summary>
    public const string CurrentMetrics = "autoscaling.alpha.kubernetes.io/current-metrics";

    /// <summary>status.conditions.</summary>
    public const string Conditions = "autoscaling.alpha.kubernetes.io/conditions";

    /// <summary>spec.behavior.</summary>
    public const string Behavior = "autoscaling.alpha.kubernetes.io/behavior";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Metrics, CurrentMetrics, Conditions, Behavior];

    /// <summary>Takes them away.</summary>
    public static void Drop(ObjectMeta metadata)
    {
        if (metadata.Annotations.Count == 0) return;
        foreach (var name in All) metadata.Annotations.Remove(name);
    }
}
