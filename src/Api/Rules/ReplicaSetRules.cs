using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Apps.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Rules;

/// <summary>ReplicaSets. Source: pkg/apis/apps/validation of Kubernetes 1.32.</summary>
internal sealed class ReplicaSetRules : ObjectRules<ReplicaSet>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override void Default(ReplicaSet value)
    {
        if (!value.Spec.HasReplicas) value.Spec.Replicas = 1;
        PodTemplates.Default(value.Spec.Template);
    }

    protected override void Check(ReplicaSet value, FieldErrorList errors)
    {
        var spec = value.Spec;
        Validation.Check.NotNegative(spec.Replicas, Spec.Child("replicas"), errors);
        Validation.Check.NotNegative(spec.MinReadySeconds, Spec.Child("minReadySeconds"), errors);
        SelectorAndTemplate(spec.Selector, spec.Template, errors);
    }

    protected override void CheckChange(ReplicaSet value, ReplicaSet old, FieldErrorList errors) =>
        Fixed.Field(value.Spec.Selector, old.Spec.Selector, Spec.Child("selector"), errors, GoStructs.Selector);

    protected override void CheckStatus(ReplicaSet value, ReplicaSet old, FieldErrorList errors)
    {
        var status = value.Status;
        StatusCounts.NotNegative(errors, ("replicas", status.Replicas), ("fullyLabeledReplicas", status.FullyLabeledReplicas),
            ("readyReplicas", status.ReadyReplicas), ("availableReplicas", status.AvailableReplicas), ("observedGeneration", status.ObservedGeneration));
        StatusCounts.AtMost(errors, "fullyLabeledReplicas", status.FullyLabeledReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "readyReplicas", status.ReadyReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "availableReplicas", status.AvailableReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "availableReplicas", status.AvailableReplicas, status.ReadyReplicas, "readyReplicas");
    }

    /// <summary>The checks of selector and template that Deployments share, with the words of Kubernetes, which name the other kind each time.</summary>
    internal static void SelectorAndTemplate(LabelSelector? selector, PodTemplateSpec template, FieldErrorList errors)
    {
        var (path, at) = (Spec.Child("selector"), Spec.Child("template"));
        if (selector is null) errors.Add(FieldError.Required(path));
        SchedulingValidation.Selector(selector, path, errors);
        if (selector is { MatchLabels.Count: 0, MatchExpressions.Count: 0 })
            errors.Add(FieldError.Invalid(path, GoStructs.Selector(selector), "empty selector is invalid for deployment"));
        if (!PodTemplates.IsReadable(selector))
        {
            errors.Add(FieldError.Invalid(path, GoStructs.Selector(selector), "invalid label selector"));
            return;
        }
        PodTemplates.Fit(selector, template, at, errors);
        PodTemplates.Check(template, at, errors);
        PodTemplates.RunForEver(template, at, "ReplicaSet", errors);
    }
}
