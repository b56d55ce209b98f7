using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Apps.V1;

namespace MiniK8s.Api.Rules;

/// <summary>StatefulSets. Source: pkg/apis/apps/validation of Kubernetes 1.32.</summary>
/// <remarks>Of the template only labels, annotations, restart policy and deadline are checked, as there: its mounts may name claims.</remarks>
internal sealed class StatefulSetRules : ObjectRules<StatefulSet>
{
    private const string RollingUpdate = "RollingUpdate";
    private const string OnDelete = "OnDelete";
    private const string Retain = "Retain";

    private const string Frozen =
        "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
        + "'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

    private static readonly FieldPath Spec = FieldPath.Of("spec");

    // Pods are called <name>-<number>, and their host names are labels.
    public override Func<string, IReadOnlyList<string>> NameRule => NameRules.Label;

    protected override void Default(StatefulSet value)
    {
        var spec = value.Spec;
        spec.PodManagementPolicy = PodDefaults.Or(spec.PodManagementPolicy, "OrderedReady");
        if (spec.UpdateStrategy.Type.Length == 0)
        {
            spec.UpdateStrategy.Type = RollingUpdate;
            spec.UpdateStrategy.RollingUpdate ??= new();
        }
        if (spec.UpdateStrategy is { Type: RollingUpdate, RollingUpdate: { HasPartition: false } rolling }) rolling.Partition = 0;
        var claims = spec.PersistentVolumeClaimRetentionPolicy ??= new();
        claims.WhenDeleted = PodDefaults.Or(claims.WhenDeleted, Retain);
        claims.WhenScaled = PodDefaults.Or(claims.WhenScaled, Retain);
        if (!spec.HasReplicas) spec.Replicas = 1;
        if (!spec.HasRevisionHistoryLimit) spec.RevisionHistoryLimit = 10;
        PodTemplates.Default(spec.Template);
        foreach (var claim in spec.VolumeClaimTemplates) PersistentVolumeClaimRules.Fill(claim);
    }

    protected override void Check(StatefulSet value, FieldErrorList errors)
    {
        var spec = value.Spec;
        var policy = Spec.Child("podManagementPolicy");
        if (spec.PodManagementPolicy is not ("OrderedReady" or "Parallel"))
            errors.Add(FieldError.Invalid(policy, spec.PodManagementPolicy, "must be 'OrderedReady' or 'Parallel'"));
        Strategy(spec.UpdateStrategy, Spec.Child("updateStrategy"), errors);
        var claims = Spec.Child("persistentVolumeClaimRetentionPolicy");
        Validation.Check.OneOf(spec.PersistentVolumeClaimRetentionPolicy.WhenDeleted, claims.Child("whenDeleted"), errors, Retain, "Delete");
        Validation.Check.OneOf(spec.PersistentVolumeClaimRetentionPolicy.WhenScaled, claims.Child("whenScaled"), errors, Retain, "Delete");
        Validation.Check.NotNegative(spec.Replicas, Spec.Child("replicas"), errors);
        Validation.Check.NotNegative(spec.MinReadySeconds, Spec.Child("minReadySeconds"), errors);
        if (spec.Ordinals is { } ordinals) Validation.Check.NotNegative(ordinals.Start, Spec.Child("ordinals.start"), errors);
        SelectorAndTemplate(spec, errors);
    }

    protected override void CheckChange(StatefulSet value, StatefulSet old, FieldErrorList errors)
    {
        var rest = value.Spec.Clone();
        rest.Replicas = old.Spec.Replicas;
        rest.Template = old.Spec.Template;
        rest.UpdateStrategy = old.Spec.UpdateStrategy;
        rest.MinReadySeconds = old.Spec.MinReadySeconds;
        rest.Ordinals = old.Spec.Ordinals;
        rest.PersistentVolumeClaimRetentionPolicy = old.Spec.PersistentVolumeClaimRetentionPolicy;
        if (!rest.Equals(old.Spec)) errors.Add(FieldError.Forbidden(Spec, Frozen));
    }

    protected override void CheckStatus(StatefulSet value, StatefulSet old, FieldErrorList errors)
    {
        var status = value.Status;
        StatusCounts.NotNegative(errors, ("replicas", status.Replicas), ("readyReplicas", status.ReadyReplicas), ("currentReplicas", status.CurrentReplicas),
            ("updatedReplicas", status.UpdatedReplicas), ("availableReplicas", status.AvailableReplicas), ("observedGeneration", status.ObservedGeneration));
        StatusCounts.AtMost(errors, "readyReplicas", status.ReadyReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "currentReplicas", status.CurrentReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "updatedReplicas", status.UpdatedReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "availableReplicas", status.AvailableReplicas, status.Replicas, "status.replicas");
        StatusCounts.AtMost(errors, "availableReplicas", status.AvailableReplicas, status.ReadyReplicas, "status.readyReplicas");
        StatusCounts.Collisions(errors, (status.HasCollisionCount, status.CollisionCount), (old.Status.HasCollisionCount, old.Status.CollisionCount));
    }

    private static void SelectorAndTemplate(StatefulSetSpec spec, FieldErrorList errors)
    {
        var (path, at) = (Spec.Child("selector"), Spec.Child("template"));
        if (spec.Selector is null) errors.Add(FieldError.Required(path));
        SchedulingValidation.Selector(spec.Selector, path, errors);
        if (spec.Selector is { MatchLabels.Count: 0, MatchExpressions.Count: 0 })
            errors.Add(FieldError.Invalid(path, GoStructs.Selector(spec.Selector), "empty selector is invalid for statefulset"));
        if (PodTemplates.IsReadable(spec.Selector))
        {
            PodTemplates.Fit(spec.Selector, spec.Template, at, errors);
            PodTemplates.Labels(spec.Template, at, errors);
        }
        else errors.Add(FieldError.Invalid(path, GoStructs.Selector(spec.Selector), ""));
        PodTemplates.RunForEver(spec.Template, at, "StatefulSet", errors);
    }

    private static void Strategy(StatefulSetUpdateStrategy strategy, FieldPath path, FieldErrorList errors)
    {
        var (at, rolling) = (path.Child("rollingUpdate"), strategy.RollingUpdate);
        switch (strategy.Type)
        {
            case OnDelete when rolling is not null:
                errors.Add(FieldError.Invalid(at, Shown(rolling), "only allowed for updateStrategy 'RollingUpdate'"));
                break;
            case OnDelete:
                break;
            case RollingUpdate:
                if (rolling is not null) Validation.Check.NotNegative(rolling.Partition, at.Child("partition"), errors);
                break;
            default:
                errors.Add(FieldError.Invalid(
                    path, GoStructs.Strategy("StatefulSetUpdateStrategy", strategy.Type, "RollingUpdateStatefulSetStrategy", rolling is not null),
                    "must be 'RollingUpdate' or 'OnDelete'"));
                break;
        }
    }

    private static GoValue Shown(RollingUpdateStatefulSetStrategy rolling) => new(
        $"apps.RollingUpdateStatefulSetStrategy{{Partition:{rolling.Partition}, "
        + $"MaxUnavailable:{GoStructs.Reference("intstr.IntOrString", rolling.MaxUnavailable is not null)}}}");
}
