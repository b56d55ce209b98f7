using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.Api.Rules;

/// <summary>Deployments. Source: pkg/apis/apps/validation of Kubernetes 1.32.</summary>
internal sealed class DeploymentRules : ObjectRules<Deployment>
{
    private const string RollingUpdate = "RollingUpdate";
    private const string Recreate = "Recreate";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override void Default(Deployment value)
    {
        var spec = value.Spec;
        if (!spec.HasReplicas) spec.Replicas = 1;
        if (!spec.HasRevisionHistoryLimit) spec.RevisionHistoryLimit = 10;
        if (!spec.HasProgressDeadlineSeconds) spec.ProgressDeadlineSeconds = 600;
        spec.Strategy.Type = PodDefaults.Or(spec.Strategy.Type, RollingUpdate);
        if (spec.Strategy.Type == RollingUpdate)
        {
            var rolling = spec.Strategy.RollingUpdate ??= new();
            rolling.MaxUnavailable ??= IntOrPercent.Percent(25);
            rolling.MaxSurge ??= IntOrPercent.Percent(25);
        }
        PodTemplates.Default(spec.Template);
    }

    protected override void Check(Deployment value, FieldErrorList errors)
    {
        var spec = value.Spec;
        Validation.Check.NotNegative(spec.Replicas, Spec.Child("replicas"), errors);
        ReplicaSetRules.SelectorAndTemplate(spec.Selector, spec.Template, errors);
        Strategy(spec.Strategy, Spec.Child("strategy"), errors);
        Validation.Check.NotNegative(spec.MinReadySeconds, Spec.Child("minReadySeconds"), errors);
        Validation.Check.NotNegative(spec.RevisionHistoryLimit, Spec.Child("revisionHistoryLimit"), errors);
        Validation.Check.NotNegative(spec.ProgressDeadlineSeconds, Spec.Child("progressDeadlineSeconds"), errors);
        if (spec.ProgressDeadlineSeconds <= spec.MinReadySeconds)
            errors.Add(FieldError.Invalid(Spec.Child("progressDeadlineSeconds"), spec.ProgressDeadlineSeconds, "must be greater than minReadySeconds"));
    }

    protected override void CheckChange(Deployment value, Deployment old, FieldErrorList errors) =>
        Fixed.Field(value.Spec.Selector, old.Spec.Selector, Spec.Child("selector"), errors, GoStructs.Selector);

    protected override void CheckStatus(Deployment value, Deployment old, FieldErrorList errors)
    {
        var status = value.Status;
        StatusCounts.NotNegative(errors, ("observedGeneration", status.ObservedGeneration), ("replicas", status.Replicas),
            ("updatedReplicas", status.UpdatedReplicas), ("readyReplicas", status.ReadyReplicas), ("availableReplicas", status.AvailableReplicas),
            ("unavailableReplicas", status.UnavailableReplicas));
        StatusCounts.AtMost(errors, "updatedReplicas", status.UpdatedReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "readyReplicas", status.ReadyReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "availableReplicas", status.AvailableReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "availableReplicas", status.AvailableReplicas, status.ReadyReplicas, "readyReplicas");
        StatusCounts.Collisions(errors, (status.HasCollisionCount, status.CollisionCount), (old.Status.HasCollisionCount, old.Status.CollisionCount));
    }

    private static void Strategy(DeploymentStrategy strategy, FieldPath path, FieldErrorList errors)
    {
        var (at, rolling) = (path.Child("rollingUpdate"), strategy.RollingUpdate);
        switch (strategy.Type)
        {
            case Recreate when rolling is not null:
                errors.Add(FieldError.Forbidden(at, "may not be specified when strategy `type` is 'Recreate'"));
                break;
            case Recreate:
                break;
            case RollingUpdate:
                Rolling(rolling, at, errors);
                break;
            default:
                errors.Add(FieldError.NotSupported(
                    path, GoStructs.Strategy("DeploymentStrategy", strategy.Type, "RollingUpdateDeployment", rolling is not null), Recreate, RollingUpdate));
                break;
        }
    }

    private static void Rolling(RollingUpdateDeployment rolling, FieldPath path, FieldErrorList errors)
    {
        IntOrPercent.NotNegative(rolling.MaxUnavailable, path.Child("maxUnavailable"), errors);
        IntOrPercent.NotNegative(rolling.MaxSurge, path.Child("maxSurge"), errors);
        if (IntOrPercent.IsZero(rolling.MaxUnavailable) && IntOrPercent.IsZero(rolling.MaxSurge))
            errors.Add(FieldError.Invalid(path.Child("maxUnavailable"), GoStructs.Either(rolling.MaxUnavailable), "may not be 0 when `maxSurge` is 0"));
        IntOrPercent.AtMostAll(rolling.MaxUnavailable, path.Child("maxUnavailable"), errors);
    }
}
