using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Autoscaling.V2;

namespace MiniK8s.Api.Rules;

/// <summary>spec.behavior of HorizontalPodAutoscalers. Where it is given, what it leaves open is filled in.</summary>
/// <remarks>
/// by default | window         | policy | policies
/// -----------+----------------+--------+----------------------------------------------
/// scaleUp    | 0              | Max    | 4 Pods in 15 seconds, 100 Percent in 15 seconds
/// scaleDown  | the controller's | Max  | 100 Percent in 15 seconds
/// An empty list of policies, which a real server refuses, is one that was left out: protobuf does not tell the two apart.
/// </remarks>
internal static class AutoscalerBehavior
{
    private const string Pods = "Pods";
    private const string Percent = "Percent";
    private const int DefaultPeriod = 15;
    private const int LongestPeriod = 1800;
    private const int LongestWindow = 3600;

    public static void Default(HorizontalPodAutoscalerBehavior behavior)
    {
        var (up, down) = (behavior.ScaleUp ??= new(), behavior.ScaleDown ??= new());
        if (!up.HasStabilizationWindowSeconds) up.StabilizationWindowSeconds = 0;
        Default(up, (Pods, 4), (Percent, 100));
        Default(down, (Percent, 100));
    }

    public static void Check(HorizontalPodAutoscalerBehavior behavior, FieldPath path, FieldErrorList errors)
    {
        Check(behavior.ScaleUp, path.Child("scaleUp"), errors);
        Check(behavior.ScaleDown, path.Child("scaleDown"), errors);
    }

    private static void Default(HPAScalingRules rules, params (string Type, int Value)[] policies)
    {
        if (!rules.HasSelectPolicy) rules.SelectPolicy = "Max";
        if (rules.Policies.Count > 0) return;
        rules.Policies.Add(policies.Select(policy => new HPAScalingPolicy { Type = policy.Type, Value = policy.Value, PeriodSeconds = DefaultPeriod }));
    }

    private static void Check(HPAScalingRules rules, FieldPath path, FieldErrorList errors)
    {
        var (window, at) = (rules.StabilizationWindowSeconds, path.Child("stabilizationWindowSeconds"));
        if (window < 0) errors.Add(FieldError.Invalid(at, window, "must be greater than or equal to zero"));
        if (window > LongestWindow) errors.Add(FieldError.Invalid(at, window, $"must be less than or equal to {LongestWindow}"));
        Validation.Check.OneOf(rules.SelectPolicy, path.Child("selectPolicy"), errors, "Disabled", "Max", "Min");
        for (var i = 0; i < rules.Policies.Count; i++) Check(rules.Policies[i], path.Child("policies").Index(i), errors);
    }

    private static void Check(HPAScalingPolicy policy, FieldPath path, FieldErrorList errors)
    {
        Validation.Check.OneOf(policy.Type, path.Child("type"), errors, Percent, Pods);
        if (policy.Value <= 0) errors.Add(FieldError.Invalid(path.Child("value"), policy.Value, "must be greater than zero"));
        if (policy.PeriodSeconds <= 0) errors.Add(FieldError.Invalid(path.Child("periodSeconds"), policy.PeriodSeconds, "must be greater than zero"));
        if (policy.PeriodSeconds > LongestPeriod)
            errors.Add(FieldError.Invalid(path.Child("periodSeconds"), policy.PeriodSeconds, $"must be less than or equal to {LongestPeriod}"));
    }
}
