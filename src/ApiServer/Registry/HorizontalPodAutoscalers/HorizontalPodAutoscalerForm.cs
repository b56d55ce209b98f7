using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.ManagedFields;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Patches;
using MiniK8s.ApiServer.Registry.Translation;

using V1 = MiniK8s.Protocol.Autoscaling.V1;
using V2 = MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.ApiServer.Registry.HorizontalPodAutoscalers;

/// <summary>The HorizontalPodAutoscalers of v2 as autoscaling/v1 shows them. Source: pkg/apis/autoscaling/v1/conversion.go of Kubernetes 1.32.</summary>
/// <remarks>
/// v2                                                   | v1
/// -----------------------------------------------------+-------------------------------------------------
/// the first metric about cpu, if a utilization         | spec.targetCPUUtilizationPercentage
/// metrics that are no utilization of cpu               | the annotation metrics
/// behavior                                             | the annotation behavior
/// utilization of cpu in status.currentMetrics          | status.currentCPUUtilizationPercentage
/// status.currentMetrics, all of them                   | the annotation current-metrics, which counts
/// status.conditions                                    | the annotation conditions
/// all others                                           | have the same name
/// So of several utilizations of cpu one is left after a write in v1. An annotation that cannot be read counts for nothing.
/// </remarks>
internal sealed class HorizontalPodAutoscalerForm() : SecondForm<V1.HorizontalPodAutoscaler, V2.HorizontalPodAutoscaler>(SecondForms.HorizontalPodAutoscaler)
{
    private const string Resource = "Resource";
    private const string Cpu = "cpu";

    // What an applied configuration leaves in its place, and what the translation says instead.
    private static readonly (string Part, string Own, string[] Translated)[] Parts =
    [
        ("spec", "targetCPUUtilizationPercentage", ["metrics", "behavior"]),
        ("status", "currentCPUUtilizationPercentage", ["currentMetrics", "conditions"]),
    ];

    private static readonly FieldScope Configurations = new(SecondForms.HorizontalPodAutoscaler, "", []);

    /// <inheritdoc/>
    public override JsonObject Stored(JsonObject configuration)
    {
        ServerSideApply.Check(Configurations, configuration);
        var shown = (V1.HorizontalPodAutoscaler)ServerSideApply.Decode(Configurations, configuration, configuration);
        var translated = JsonTree.Parse(JsonCodec.Encode(Stored(shown)))!;
        var stored = (JsonObject)configuration.DeepClone();
        stored["apiVersion"] = StoredKind.ApiVersion;
        if (stored["metadata"] is JsonObject metadata && metadata["annotations"] is JsonObject annotations)
        {
            foreach (var name in AutoscalerAnnotations.All) annotations.Remove(name);
        }
        foreach (var (part, own, fields) in Parts)
        {
            if (stored[part] is JsonObject said) said.Remove(own);
            foreach (var field in fields.Where(field => translated[part]?[field] is not null))
            {
                if (stored[part] is not JsonObject) stored[part] = new JsonObject();
                stored[part]![field] = translated[part]![field]!.DeepClone();
            }
        }
        return stored;
    }

    /// <inheritdoc/>
    protected override V1.HorizontalPodAutoscaler Shown(V2.HorizontalPodAutoscaler stored)
    {
        var shown = new V1.HorizontalPodAutoscaler { Metadata = stored.Metadata, Spec = Shown(stored.Spec), Status = Shown(stored.Status) };
        (string Name, string Text)[] annotations = [.. AutoscalerTexts.Of(stored, IsUtilizationOfCpu)];
        if (annotations.Length == 0) return shown;
        shown.Metadata = stored.Metadata?.Clone() ?? new();
        foreach (var (name, text) in annotations) shown.Metadata.Annotations[name] = text;
        return shown;
    }

    /// <inheritdoc/>
    protected override V2.HorizontalPodAutoscaler Stored(V1.HorizontalPodAutoscaler shown)
    {
        var stored = new V2.HorizontalPodAutoscaler { Metadata = shown.Metadata, Spec = Stored(shown.Spec ?? new()), Status = Stored(shown.Status ?? new()) };
        if (shown.Metadata?.Annotations is not { Count: > 0 } annotations) return stored;
        if (AutoscalerTexts.Metrics(annotations) is { } metrics)
        {
            V2.MetricSpec[] own = [.. stored.Spec.Metrics];
            stored.Spec.Metrics.Clear();
            stored.Spec.Metrics.Add(metrics.Concat(own));
        }
        if (AutoscalerTexts.Behavior(annotations) is { } behavior) stored.Spec.Behavior = behavior;
        if (AutoscalerTexts.CurrentMetrics(annotations) is { } current)
        {
            stored.Status.CurrentMetrics.Clear();
            stored.Status.CurrentMetrics.Add(current);
        }
        if (AutoscalerTexts.Conditions(annotations) is { } conditions) stored.Status.Conditions.Add(conditions);
        stored.Metadata = shown.Metadata.Clone();
        AutoscalerAnnotations.Drop(stored.Metadata);
        return stored;
    }

    private static bool IsUtilizationOfCpu(V2.MetricSpec metric) => IsOfCpu(metric) && metric.Resource.Target is { HasAverageUtilization: true };

    private static bool IsOfCpu(V2.MetricSpec metric) => metric is { Type: Resource, Resource.Name: Cpu };

    private static V1.HorizontalPodAutoscalerSpec Shown(V2.HorizontalPodAutoscalerSpec stored)
    {
        var shown = new V1.HorizontalPodAutoscalerSpec { ScaleTargetRef = MetricForms.ToV1(stored.ScaleTargetRef), MaxReplicas = stored.MaxReplicas };
        if (stored.HasMinReplicas) shown.MinReplicas = stored.MinReplicas;
        if (stored.Metrics.FirstOrDefault(IsOfCpu) is { } metric && IsUtilizationOfCpu(metric))
            shown.TargetCpuUtilizationPercentage = metric.Resource.Target.AverageUtilization;
        return shown;
    }

    private static V2.HorizontalPodAutoscalerSpec Stored(V1.HorizontalPodAutoscalerSpec shown)
    {
        var stored = new V2.HorizontalPodAutoscalerSpec { ScaleTargetRef = MetricForms.ToV2(shown.ScaleTargetRef), MaxReplicas = shown.MaxReplicas };
        if (shown.HasMinReplicas) stored.MinReplicas = shown.MinReplicas;
        if (shown.HasTargetCpuUtilizationPercentage)
        {
            stored.Metrics.Add(new V2.MetricSpec
            {
                Type = Resource,
                Resource = new() { Name = Cpu, Target = new() { Type = "Utilization", AverageUtilization = shown.TargetCpuUtilizationPercentage } },
            });
        }
        return stored;
    }

    private static V1.HorizontalPodAutoscalerStatus Shown(V2.HorizontalPodAutoscalerStatus stored)
    {
        var shown = new V1.HorizontalPodAutoscalerStatus
        {
            LastScaleTime = stored.LastScaleTime, CurrentReplicas = stored.CurrentReplicas, DesiredReplicas = stored.DesiredReplicas,
        };
        if (stored.HasObservedGeneration) shown.ObservedGeneration = stored.ObservedGeneration;
        if (stored.CurrentMetrics.LastOrDefault(IsUtilizationOfCpu) is { } metric)
            shown.CurrentCpuUtilizationPercentage = metric.Resource.Current.AverageUtilization;
        return shown;

        static bool IsUtilizationOfCpu(V2.MetricStatus metric) =>
            metric is { Type: Resource, Resource: { Name: Cpu, Current.HasAverageUtilization: true } };
    }

    private static V2.HorizontalPodAutoscalerStatus Stored(V1.HorizontalPodAutoscalerStatus shown)
    {
        var stored = new V2.HorizontalPodAutoscalerStatus
        {
            LastScaleTime = shown.LastScaleTime, CurrentReplicas = shown.CurrentReplicas, DesiredReplicas = shown.DesiredReplicas,
        };
        if (shown.HasObservedGeneration) stored.ObservedGeneration = shown.ObservedGeneration;
        if (shown.HasCurrentCpuUtilizationPercentage)
        {
            stored.CurrentMetrics.Add(new V2.MetricStatus
            {
                Type = Resource, Resource = new() { Name = Cpu, Current = new() { AverageUtilization = shown.CurrentCpuUtilizationPercentage } },
            });
        }
        return stored;
    }
}
