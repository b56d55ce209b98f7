using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.IntStr;
using MiniK8s.Protocol.Policy.V1;

namespace MiniK8s.Api.Rules;

/// <summary>PodDisruptionBudgets. Source: pkg/apis/policy/validation of Kubernetes 1.32.</summary>
internal sealed class PodDisruptionBudgetRules : ObjectRules<PodDisruptionBudget>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly FieldPath Conditions = FieldPath.Of("status", "conditions");

    // There is no rule of the kind's own, so only what no path may hold is refused.
    public override Func<string, IReadOnlyList<string>> NameRule => NameRules.PathSegment;

    protected override void Check(PodDisruptionBudget value, FieldErrorList errors)
    {
        var spec = value.Spec;
        if (spec.MinAvailable is not null && spec.MaxUnavailable is not null)
            errors.Add(FieldError.Invalid(Spec, Shown(spec), "minAvailable and maxUnavailable cannot be both set"));
        Amount(spec.MinAvailable, Spec.Child("minAvailable"), errors);
        Amount(spec.MaxUnavailable, Spec.Child("maxUnavailable"), errors);
        SchedulingValidation.Selector(spec.Selector, Spec.Child("selector"), errors);
        if (spec.HasUnhealthyPodEvictionPolicy)
            Validation.Check.OneOf(spec.UnhealthyPodEvictionPolicy, Spec.Child("unhealthyPodEvictionPolicy"), errors, "AlwaysAllow", "IfHealthyBudget");
    }

    protected override void CheckStatus(PodDisruptionBudget value, PodDisruptionBudget old, FieldErrorList errors)
    {
        var status = value.Status;
        for (var i = 0; i < status.Conditions.Count; i++)
        {
            var (condition, at) = (status.Conditions[i], Conditions.Index(i));
            errors.AddInvalid(at.Child("type"), condition.Type, NameRules.QualifiedName(condition.Type));
            Validation.Check.OneOf(condition.Status, at.Child("status"), errors, "False", "True", "Unknown");
            Validation.Check.Required(condition.Reason, at.Child("reason"), errors);
        }
        StatusCounts.NotNegative(errors, ("disruptionsAllowed", status.DisruptionsAllowed), ("currentHealthy", status.CurrentHealthy),
            ("desiredHealthy", status.DesiredHealthy), ("expectedPods", status.ExpectedPods));
    }

    private static void Amount(IntOrString? amount, FieldPath path, FieldErrorList errors)
    {
        if (amount is null) return;
        IntOrPercent.NotNegative(amount, path, errors);
        IntOrPercent.AtMostAll(amount, path, errors);
    }

    private static GoValue Shown(PodDisruptionBudgetSpec spec) => new(
        $"policy.PodDisruptionBudgetSpec{{MinAvailable:{GoStructs.Reference("intstr.IntOrString", true)}, "
        + $"Selector:{GoStructs.Reference("v1.LabelSelector", spec.Selector is not null)}, "
        + $"MaxUnavailable:{GoStructs.Reference("intstr.IntOrString", true)}, "
        + $"UnhealthyPodEvictionPolicy:{GoStructs.Reference("policy.UnhealthyPodEvictionPolicyType", spec.HasUnhealthyPodEvictionPolicy)}}}");
}
