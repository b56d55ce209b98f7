using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.Api.Rules;

/// <summary>HorizontalPodAutoscalers. Source: pkg/apis/autoscaling/v2 and validation of Kubernetes 1.32, with the features that are on by default.</summary>
internal sealed class HorizontalPodAutoscalerRules : ObjectRules<HorizontalPodAutoscaler>
{
    private const int LeastReplicas = 1;        // 0 is for the feature HPAScaleToZero
    private const int DefaultUtilization = 80;

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override void Default(HorizontalPodAutoscaler value)
    {
        var spec = value.Spec;
        if (!spec.HasMinReplicas) spec.MinReplicas = LeastReplicas;
        if (spec.Metrics.Count == 0) spec.Metrics.Add(Utilization("cpu", DefaultUtilization));
        if (spec.Behavior is { } behavior) AutoscalerBehavior.Default(behavior);
        AutoscalerAnnotations.Drop(value.Metadata);
    }

    protected override void Check(HorizontalPodAutoscaler value, FieldErrorList errors)
    {
        var spec = value.Spec;
        var (min, max) = (spec.MinReplicas, spec.MaxReplicas);
        if (min < LeastReplicas) errors.Add(FieldError.Invalid(Spec.Child("minReplicas"), min, $"must be greater than or equal to {LeastReplicas}"));
        if (max < 1) errors.Add(FieldError.Invalid(Spec.Child("maxReplicas"), max, "must be greater than 0"));
        if (max < min) errors.Add(FieldError.Invalid(Spec.Child("maxReplicas"), max, "must be greater than or equal to `minReplicas`"));
        AutoscalerMetrics.Reference(spec.ScaleTargetRef, Spec.Child("scaleTargetRef"), errors);
        AutoscalerMetrics.Check(spec.Metrics, min, Spec.Child("metrics"), errors);
        if (spec.Behavior is { } behavior) AutoscalerBehavior.Check(behavior, Spec.Child("behavior"), errors);
    }

    protected override void CheckStatus(HorizontalPodAutoscaler value, HorizontalPodAutoscaler old, FieldErrorList errors) =>
        StatusCounts.NotNegative(errors, ("currentReplicas", value.Status.CurrentReplicas), ("desiredReplicas", value.Status.DesiredReplicas));

    private static MetricSpec Utilization(string resource, int percent) => new()
    {
        Type = AutoscalerMetrics.Resource,
        Resource = new() { Name = resource, Target = new() { Type = AutoscalerMetrics.Utilization, AverageUtilization = percent } },
    };
}
