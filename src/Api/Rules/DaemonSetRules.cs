using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.Api.Rules;

/// <summary>DaemonSets. Source: pkg/apis/apps/validation of Kubernetes 1.32.</summary>
internal sealed class DaemonSetRules : ObjectRules<DaemonSet>
{
    private const string RollingUpdate = "RollingUpdate";
    private const string OnDelete = "OnDelete";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    protected override void Default(DaemonSet value)
    {
        var spec = value.Spec;
        spec.UpdateStrategy.Type = PodDefaults.Or(spec.UpdateStrategy.Type, RollingUpdate);
        if (spec.UpdateStrategy.Type == RollingUpdate)
        {
            var rolling = spec.UpdateStrategy.RollingUpdate ??= new();
            rolling.MaxUnavailable ??= new() { IntVal = 1 };
            rolling.MaxSurge ??= new() { IntVal = 0 };
        }
        if (!spec.HasRevisionHistoryLimit) spec.RevisionHistoryLimit = 10;
        PodTemplates.Default(spec.Template);
    }

    protected override void Check(DaemonSet value, FieldErrorList errors)
    {
        var (spec, selector, at) = (value.Spec, Spec.Child("selector"), Spec.Child("template"));
        SchedulingValidation.Selector(spec.Selector, selector, errors);
        if (PodTemplates.IsReadable(spec.Selector)) PodTemplates.Fit(spec.Selector, spec.Template, at, errors);
        if (spec.Selector is { MatchLabels.Count: 0, MatchExpressions.Count: 0 })
            errors.Add(FieldError.Invalid(selector, GoStructs.Selector(spec.Selector), "empty selector is invalid for daemonset"));
        PodTemplates.Check(spec.Template, at, errors);
        PodTemplates.RunForEver(spec.Template, at, "DaemonSet", errors);
        Validation.Check.NotNegative(spec.MinReadySeconds, Spec.Child("minReadySeconds"), errors);
        Strategy(spec.UpdateStrategy, Spec.Child("updateStrategy"), errors);
        Validation.Check.NotNegative(spec.RevisionHistoryLimit, Spec.Child("revisionHistoryLimit"), errors);
    }

    protected override void CheckChange(DaemonSet value, DaemonSet old, FieldErrorList errors) =>
        Fixed.Field(value.Spec.Selector, old.Spec.Selector, Spec.Child("selector"), errors, GoStructs.Selector);

    protected override void CheckStatus(DaemonSet value, DaemonSet old, FieldErrorList errors)
    {
        var status = value.Status;
        StatusCounts.NotNegative(errors, ("currentNumberScheduled", status.CurrentNumberScheduled), ("numberMisscheduled", status.NumberMisscheduled),
            ("desiredNumberScheduled", status.DesiredNumberScheduled), ("numberReady", status.NumberReady), ("observedGeneration", status.ObservedGeneration),
            ("updatedNumberScheduled", status.UpdatedNumberScheduled), ("numberAvailable", status.NumberAvailable),
            ("numberUnavailable", status.NumberUnavailable));
        StatusCounts.Collisions(errors, (status.HasCollisionCount, status.CollisionCount), (old.Status.HasCollisionCount, old.Status.CollisionCount));
    }

    private static void Strategy(DaemonSetUpdateStrategy strategy, FieldPath path, FieldErrorList errors)
    {
        if (strategy.Type == OnDelete) return;
        if (strategy.Type == RollingUpdate) Rolling(strategy.RollingUpdate, path.Child("rollingUpdate"), errors);
        else
        {
            var shown = GoStructs.Strategy("DaemonSetUpdateStrategy", strategy.Type, "RollingUpdateDaemonSet", strategy.RollingUpdate is not null);
            errors.Add(FieldError.NotSupported(path, shown, RollingUpdate, OnDelete));
        }
    }

    private static void Rolling(RollingUpdateDaemonSet rolling, FieldPath path, FieldErrorList errors)
    {
        var (unavailable, surge) = (path.Child("maxUnavailable"), path.Child("maxSurge"));
        IntOrPercent.NotNegative(rolling.MaxUnavailable, unavailable, errors);
        IntOrPercent.NotNegative(rolling.MaxSurge, surge, errors);
        IntOrPercent.AtMostAll(rolling.MaxUnavailable, unavailable, errors);
        IntOrPercent.AtMostAll(rolling.MaxSurge, surge, errors);
        switch (IntOrPercent.IsZero(rolling.MaxUnavailable), IntOrPercent.IsZero(rolling.MaxSurge))
        {
            case (false, false):
                errors.Add(FieldError.Invalid(surge, GoStructs.Either(rolling.MaxSurge), "may not be set when maxUnavailable is non-zero"));
                break;
            case (true, true):
                errors.Add(FieldError.Required(unavailable, "cannot be 0 when maxSurge is 0"));
                break;
        }
    }
}
