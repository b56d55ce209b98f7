using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Selectors;
using MiniK8s.Api.Validation;
using MiniK8s.Protocol.Batch.V1;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.Api.Rules;

/// <summary>Jobs. Source: pkg/apis/batch/validation of Kubernetes 1.32.</summary>
internal sealed class JobRules : ObjectRules<Job>
{
    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly FieldPath Template = Spec.Child("template");

    protected override void Default(Job value)
    {
        var spec = value.Spec;
        if (!spec.HasCompletions && !spec.HasParallelism) spec.Completions = 1;
        if (!spec.HasParallelism) spec.Parallelism = 1;
        if (!spec.HasBackoffLimit) spec.BackoffLimit = spec.HasBackoffLimitPerIndex ? int.MaxValue : 6;
        if (!spec.HasCompletionMode) spec.CompletionMode = JobSpecRules.NonIndexed;
        if (!spec.HasSuspend) spec.Suspend = false;
        if (!spec.HasManualSelector) spec.ManualSelector = false;
        foreach (var pattern in spec.PodFailurePolicy?.Rules.SelectMany(rule => rule.OnPodConditions) ?? []) pattern.Status = PodDefaults.Or(pattern.Status, "True");
        if (!spec.HasPodReplacementPolicy) spec.PodReplacementPolicy = spec.PodFailurePolicy is null ? "TerminatingOrFailed" : "Failed";
        PodTemplates.Default(spec.Template);
        // Last, since by then a stored job's template has the labels that the server gave it.
        if (value.Metadata.Labels.Count == 0) value.Metadata.Labels.Add(spec.Template.Metadata.Labels);
    }

    protected override void Check(Job value, FieldErrorList errors)
    {
        JobSpecRules.Check(value.Spec, Spec, errors);
        if (value.Spec.Selector is null) errors.Add(FieldError.Required(Spec.Child("selector")));
        SchedulingValidation.Selector(value.Spec.Selector, Spec.Child("selector"), errors);
        if (PodTemplates.IsReadable(value.Spec.Selector)) PodTemplates.Fit(value.Spec.Selector, value.Spec.Template, Template, errors);
    }

    protected override void CheckNew(Job value, FieldErrorList errors)
    {
        if (!value.Spec.ManualSelector && value.Spec.Selector is { } selector) Generated(value, selector, errors);
        if (value.Spec is not { CompletionMode: JobSpecRules.Indexed, Completions: > 0 }) return;
        var lastHost = $"{value.Metadata.Name}-{value.Spec.Completions - 1}";
        if (NameRules.Label(lastHost).Count > 0)
        {
            errors.Add(FieldError.Invalid(
                FieldPath.Of("metadata", "name"), value.Metadata.Name, $"will not able to create pod with invalid DNS label: {lastHost}"));
        }
    }

    protected override void CheckChange(Job value, Job old, FieldErrorList errors)
    {
        var (now, before) = (value.Spec, old.Spec);
        Completions(now, before, errors);
        Fixed.Field(now.Selector, before.Selector, Spec.Child("selector"), errors, GoStructs.Selector);
        Fixed.Field(now.Template, Comparable(now.Template, old), Template, errors, _ => new GoValue("core.PodTemplateSpec{...}"));
        Fixed.Field(now.CompletionMode, before.CompletionMode, Spec.Child("completionMode"), errors);
        Fixed.Field(now.PodFailurePolicy, before.PodFailurePolicy, Spec.Child("podFailurePolicy"), errors,
            policy => policy is null ? null : new GoValue("batch.PodFailurePolicy{...}"));
        Fixed.Field(Number(now.HasBackoffLimitPerIndex, now.BackoffLimitPerIndex), Number(before.HasBackoffLimitPerIndex, before.BackoffLimitPerIndex),
            Spec.Child("backoffLimitPerIndex"), errors);
        Fixed.Field(now.HasManagedBy ? now.ManagedBy : null, before.HasManagedBy ? before.ManagedBy : null, Spec.Child("managedBy"), errors);
        Fixed.Field(now.SuccessPolicy, before.SuccessPolicy, Spec.Child("successPolicy"), errors,
            policy => policy is null ? null : new GoValue("batch.SuccessPolicy{...}"));
    }

    protected override void CheckStatus(Job value, Job old, FieldErrorList errors)
    {
        var status = value.Status;
        StatusCounts.NotNegative(errors, ("active", status.Active), ("succeeded", status.Succeeded), ("failed", status.Failed), ("ready", status.Ready),
            ("terminating", status.Terminating));
        HashSet<string> seen = [];
        var path = FieldPath.Of("status", "uncountedTerminatedPods");
        Uncounted(status.UncountedTerminatedPods?.Succeeded ?? [], path.Child("succeeded"), seen, errors);
        Uncounted(status.UncountedTerminatedPods?.Failed ?? [], path.Child("failed"), seen, errors);
    }

    private static void Uncounted(IReadOnlyList<string> uids, FieldPath path, HashSet<string> seen, FieldErrorList errors)
    {
        for (var i = 0; i < uids.Count; i++)
        {
            if (uids[i].Length == 0) errors.Add(FieldError.Invalid(path.Index(i), "", "must not be empty"));
            else if (!seen.Add(uids[i])) errors.Add(FieldError.Duplicate(path.Index(i), uids[i]));
        }
    }

    // What the server generates at creation; only a client that set one of these itself can get it wrong.
    private static void Generated(Job job, LabelSelector selector, FieldErrorList errors)
    {
        var expected = JobLabels.Of(job);
        var (labels, path) = (job.Spec.Template.Metadata.Labels, Template.Child("metadata").Child("labels"));
        foreach (var (key, value) in expected)
        {
            if (!labels.TryGetValue(key, out var actual)) errors.Add(FieldError.Required(path.Key(key), $"must be '{value}'"));
            else if (actual != value) errors.Add(FieldError.Invalid(path.Key(key), GoStructs.Labels(labels), $"must be '{value}'"));
        }
        if (PodTemplates.IsReadable(selector) && !LabelQuery.From(selector).Matches(expected.ToDictionary()))
            errors.Add(FieldError.Invalid(Spec.Child("selector"), GoStructs.Selector(selector), "`selector` not auto-generated"));
    }

    private static void Completions(JobSpec now, JobSpec before, FieldErrorList errors)
    {
        var path = Spec.Child("completions");
        if (now.CompletionMode != JobSpecRules.Indexed)
            Fixed.Field(Number(now.HasCompletions, now.Completions), Number(before.HasCompletions, before.Completions), path, errors);
        else if (now.HasCompletions && now.Completions != before.Completions && now.Completions != now.Parallelism)
            errors.Add(FieldError.Invalid(path, now.Completions, "can only be modified in tandem with spec.parallelism"));
    }

    // The template of a suspended job that never ran may still be told where its pods go.
    private static PodTemplateSpec Comparable(PodTemplateSpec now, Job old)
    {
        if (!old.Spec.Suspend || old.Status.StartTime is not null) return old.Spec.Template;
        var before = old.Spec.Template.Clone();
        NodeAffinity(now.Spec, before.Spec);
        Replace(before.Spec.NodeSelector, now.Spec.NodeSelector);
        Replace(before.Metadata.Annotations, now.Metadata.Annotations);
        Replace(before.Metadata.Labels, now.Metadata.Labels);
        before.Spec.Tolerations.Clear();
        before.Spec.Tolerations.Add(now.Spec.Tolerations);
        before.Spec.SchedulingGates.Clear();
        before.Spec.SchedulingGates.Add(now.Spec.SchedulingGates);
        return before;
    }

    private static void NodeAffinity(PodSpec now, PodSpec before)
    {
        if (now.Affinity is not null) (before.Affinity ??= new()).NodeAffinity = now.Affinity.NodeAffinity;
        else if (before.Affinity is not null) before.Affinity.NodeAffinity = null;
        if (now.Affinity is null && before.Affinity?.CalculateSize() == 0) before.Affinity = null;
    }

    private static void Replace(IDictionary<string, string> target, IDictionary<string, string> source)
    {
        target.Clear();
        foreach (var (key, value) in source) target[key] = value;
    }

    private static object? Number(bool isSet, int value) => isSet ? value : null;
}
