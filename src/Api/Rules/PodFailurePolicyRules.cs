using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.Api.Rules;

/// <summary>What a Job does about pods that fail.</summary>
internal static class PodFailurePolicyRules
{
    private const int MaxRules = 20;
    private const int MaxCodes = 255;

    private static readonly string[] Actions = ["Count", "FailIndex", "FailJob", "Ignore"];
    private static readonly string[] Operators = ["In", "NotIn"];
    private static readonly string[] Statuses = ["False", "True", "Unknown"];

    public static void Check(PodFailurePolicy policy, JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        var rules = path.Child("rules");
        if (policy.Rules.Count > MaxRules) errors.Add(FieldError.TooMany(rules, policy.Rules.Count, MaxRules));
        for (var i = 0; i < policy.Rules.Count; i++) Rule(policy.Rules[i], spec, rules.Index(i), errors);
    }

    private static void Rule(PodFailurePolicyRule rule, JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (rule.Action == "FailIndex" && !spec.HasBackoffLimitPerIndex)
            errors.Add(FieldError.Invalid(path.Child("action"), rule.Action, "requires the backoffLimitPerIndex to be set"));
        Known(rule.Action, Actions, path.Child("action"), errors);
        if (rule.OnExitCodes is { } codes) ExitCodes(codes, spec, path.Child("onExitCodes"), errors);
        if (rule.OnPodConditions.Count > 0) Conditions(rule.OnPodConditions, path.Child("onPodConditions"), errors);
        if (rule.OnExitCodes is not null && rule.OnPodConditions.Count > 0)
            errors.Add(FieldError.Invalid(path, FieldError.Omitted, "specifying both OnExitCodes and OnPodConditions is not supported"));
        if (rule.OnExitCodes is null && rule.OnPodConditions.Count == 0)
            errors.Add(FieldError.Invalid(path, FieldError.Omitted, "specifying one of OnExitCodes and OnPodConditions is required"));
    }

    private static void Conditions(IReadOnlyList<PodFailurePolicyOnPodConditionsPattern> patterns, FieldPath path, FieldErrorList errors)
    {
        if (patterns.Count > MaxRules) errors.Add(FieldError.TooMany(path, patterns.Count, MaxRules));
        for (var i = 0; i < patterns.Count; i++)
        {
            errors.AddInvalid(path.Index(i).Child("type"), patterns[i].Type, NameRules.QualifiedName(patterns[i].Type));
            Known(patterns[i].Status, Statuses, path.Index(i).Child("status"), errors);
        }
    }

    private static void ExitCodes(PodFailurePolicyOnExitCodesRequirement codes, JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        Known(codes.Operator, Operators, path.Child("operator"), errors);
        var pod = spec.Template.Spec;
        if (codes.HasContainerName && pod.Containers.Concat(pod.InitContainers).All(container => container.Name != codes.ContainerName))
        {
            errors.Add(FieldError.Invalid(
                path.Child("containerName"), codes.ContainerName, "must be one of the container or initContainer names in the pod template"));
        }
        var values = path.Child("values");
        if (codes.Values.Count == 0) errors.Add(FieldError.Invalid(values, Shown(codes), "at least one value is required"));
        else if (codes.Values.Count > MaxCodes) errors.Add(FieldError.TooMany(values, codes.Values.Count, MaxCodes));
        HashSet<int> seen = [];
        for (var i = 0; i < codes.Values.Count; i++)
        {
            if (codes is { Operator: "In" } && codes.Values[i] == 0) errors.Add(FieldError.Invalid(values.Index(i), 0, "must not be 0 for the In operator"));
            if (!seen.Add(codes.Values[i])) errors.Add(FieldError.Duplicate(values.Index(i), codes.Values[i]));
        }
        if (!codes.Values.Order().SequenceEqual(codes.Values)) errors.Add(FieldError.Invalid(values, Shown(codes), "must be ordered"));
    }

    private static void Known(string value, string[] supported, FieldPath path, FieldErrorList errors)
    {
        if (value.Length == 0) errors.Add(FieldError.Required(path, $"valid values: [{string.Join(' ', supported.Select(GoText.Quote))}]"));
        else Validation.Check.OneOf(value, path, errors, supported);
    }

    private static GoValue Shown(PodFailurePolicyOnExitCodesRequirement codes) =>
        new(codes.Values.Count == 0 ? "[]int32(nil)" : $"[]int32{{{string.Join(", ", codes.Values)}}}");
}
