using MiniK8s.Api.Errors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.Api.Rules;

/// <summary>The spec of a Job, also where a CronJob has it as a template.</summary>
internal static class JobSpecRules
{
    public const string Indexed = "Indexed";
    public const string NonIndexed = "NonIndexed";

    private const int MaxIndexed = 100_000;
    private const int MaxManyIndexes = 10_000;
    private const int MaxManagedBy = 63;
    private const string NeedsIndexed = "requires indexed completion mode";

    public static void Check(JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        Numbers(spec, path, errors);
        if (spec.HasManagedBy) ManagedBy(spec.ManagedBy, path.Child("managedBy"), errors);
        if (spec.HasCompletionMode) Validation.Check.OneOf(spec.CompletionMode, path.Child("completionMode"), errors, NonIndexed, Indexed);
        if (spec.CompletionMode == Indexed) WithIndexes(spec, path, errors);
        else if (!spec.HasCompletionMode || spec.CompletionMode == NonIndexed) WithoutIndexes(spec, path, errors);
        if (spec.PodFailurePolicy is { } policy) PodFailurePolicyRules.Check(policy, spec, path.Child("podFailurePolicy"), errors);
        if (spec.SuccessPolicy is not null) SuccessPolicyRules.Check(spec, path.Child("successPolicy"), errors);
        Replacement(spec, path.Child("podReplacementPolicy"), errors);
        PodTemplates.Check(spec.Template, path.Child("template"), errors);
        RestartPolicy(spec, path.Child("template").Child("spec").Child("restartPolicy"), errors);
    }

    private static void Numbers(JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        Validation.Check.NotNegative(spec.Parallelism, path.Child("parallelism"), errors);
        Validation.Check.NotNegative(spec.Completions, path.Child("completions"), errors);
        Validation.Check.NotNegative(spec.ActiveDeadlineSeconds, path.Child("activeDeadlineSeconds"), errors);
        Validation.Check.NotNegative(spec.BackoffLimit, path.Child("backoffLimit"), errors);
        Validation.Check.NotNegative(spec.TtlSecondsAfterFinished, path.Child("ttlSecondsAfterFinished"), errors);
        Validation.Check.NotNegative(spec.BackoffLimitPerIndex, path.Child("backoffLimitPerIndex"), errors);
        Validation.Check.NotNegative(spec.MaxFailedIndexes, path.Child("maxFailedIndexes"), errors);
        if (spec.HasMaxFailedIndexes && !spec.HasBackoffLimitPerIndex)
            errors.Add(FieldError.Required(path.Child("backoffLimitPerIndex"), "when maxFailedIndexes is specified"));
    }

    private static void ManagedBy(string value, FieldPath path, FieldErrorList errors)
    {
        var slash = value.IndexOf('/');
        if (value.Length == 0) errors.Add(FieldError.Required(path));
        else if (slash <= 0 || slash == value.Length - 1)
            errors.Add(FieldError.Invalid(path, value, "must be a domain-prefixed path (such as \"acme.io/foo\")"));
        else errors.AddInvalid(path, value[..slash], NameRules.Subdomain(value[..slash]));
        if (value.Length > MaxManagedBy) errors.Add(FieldError.TooLong(path, MaxManagedBy));
    }

    private static void WithIndexes(JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (!spec.HasCompletions) errors.Add(FieldError.Required(path.Child("completions"), $"when completion mode is {Indexed}"));
        AtMost(spec.Parallelism, MaxIndexed, path.Child("parallelism"), $" when completion mode is {Indexed}", errors);
        if (spec.HasCompletions && spec.MaxFailedIndexes > spec.Completions)
            errors.Add(FieldError.Invalid(path.Child("maxFailedIndexes"), spec.MaxFailedIndexes, "must be less than or equal to completions"));
        AtMost(spec.MaxFailedIndexes, MaxIndexed, path.Child("maxFailedIndexes"), "", errors);
        if (spec.Completions <= MaxIndexed || !spec.HasBackoffLimitPerIndex) return;

        var many = $" when completions are above {MaxIndexed} and used with backoff limit per index";
        if (!spec.HasMaxFailedIndexes)
            errors.Add(FieldError.Required(path.Child("maxFailedIndexes"), $"must be specified when completions is above {MaxIndexed}"));
        AtMost(spec.Parallelism, MaxManyIndexes, path.Child("parallelism"), many, errors);
        AtMost(spec.MaxFailedIndexes, MaxManyIndexes, path.Child("maxFailedIndexes"), many, errors);
    }

    private static void WithoutIndexes(JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (spec.HasBackoffLimitPerIndex) errors.Add(FieldError.Invalid(path.Child("backoffLimitPerIndex"), spec.BackoffLimitPerIndex, NeedsIndexed));
        if (spec.HasMaxFailedIndexes) errors.Add(FieldError.Invalid(path.Child("maxFailedIndexes"), spec.MaxFailedIndexes, NeedsIndexed));
    }

    private static void Replacement(JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        if (!spec.HasPodReplacementPolicy) return;
        if (spec.PodFailurePolicy is not null) Validation.Check.OneOf(spec.PodReplacementPolicy, path, errors, "Failed");
        else Validation.Check.OneOf(spec.PodReplacementPolicy, path, errors, "Failed", "TerminatingOrFailed");
    }

    // Always is what a pod gets that says nothing, so here it counts as nothing said.
    private static void RestartPolicy(JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        var policy = spec.Template.Spec.RestartPolicy;
        if (policy is "" or "Always") errors.Add(FieldError.Required(path, "valid values: \"OnFailure\", \"Never\""));
        else if (policy is not ("OnFailure" or "Never")) errors.Add(FieldError.NotSupported(path, policy, "OnFailure", "Never"));
        else if (spec.PodFailurePolicy is not null && policy != "Never")
            errors.Add(FieldError.Invalid(path, policy, "only \"Never\" is supported when podFailurePolicy is specified"));
    }

    private static void AtMost(int value, int limit, FieldPath path, string when, FieldErrorList errors)
    {
        if (value > limit) errors.Add(FieldError.Invalid(path, value, $"must be less than or equal to {limit}{when}"));
    }
}
