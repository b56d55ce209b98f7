using MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Rest.Tables;

internal sealed class HorizontalPodAutoscalerTable() : KindTable<HorizontalPodAutoscaler>(
    HorizontalPodAutoscaler.Descriptor,
    TableColumn.ObjectName,
    new("Reference", "What is scaled."),
    new("Targets", "The metrics as they are and as they are to be."),
    new("MinPods", "The fewest replicas there may be."),
    new("MaxPods", "The most replicas there may be."),
    new("Replicas", "How many replicas there were last.", Type: "integer"),
    TableColumn.Age)
{
    private const int MostMetrics = 2;

    protected override TableRow Row(HorizontalPodAutoscaler obj, DateTimeOffset now)
    {
        var (spec, status) = (obj.Spec, obj.Status);
        return new([
            Name(obj), $"{spec.ScaleTargetRef.Kind}/{spec.ScaleTargetRef.Name}", Targets(spec.Metrics, status.CurrentMetrics),
            spec.HasMinReplicas ? $"{spec.MinReplicas}" : "<unset>", (long)spec.MaxReplicas, (long)status.CurrentReplicas, Age(obj, now)]);
    }

    private static string Targets(IReadOnlyList<MetricSpec> metrics, IReadOnlyList<MetricStatus> current)
    {
        if (metrics.Count == 0) return None;
        var shown = string.Join(", ", metrics.Take(MostMetrics).Select((metric, i) => MetricCells.Of(metric, i < current.Count ? current[i] : null)));
        return metrics.Count > MostMetrics ? $"{shown} + {metrics.Count - MostMetrics} more..." : shown;
    }
}
