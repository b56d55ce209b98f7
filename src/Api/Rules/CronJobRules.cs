using System.Text.RegularExpressions;

using MiniK8s.Api.Defaults;
using MiniK8s.Api.Errors;
using MiniK8s.Protocol.Batch.V1;

namespace MiniK8s.Api.Rules;

/// <summary>CronJobs. Source: pkg/apis/batch/validation of Kubernetes 1.32.</summary>
internal sealed partial class CronJobRules : ObjectRules<CronJob>
{
    // A job's name is that of its CronJob, a hyphen and ten digits, and is to fit into a label.
    private const int MaxNameLength = 52;

    private static readonly FieldPath Spec = FieldPath.Of("spec");
    private static readonly FieldPath Schedule = Spec.Child("schedule");

    protected override void Default(CronJob value)
    {
        var spec = value.Spec;
        spec.ConcurrencyPolicy = PodDefaults.Or(spec.ConcurrencyPolicy, "Allow");
        if (!spec.HasSuspend) spec.Suspend = false;
        if (!spec.HasSuccessfulJobsHistoryLimit) spec.SuccessfulJobsHistoryLimit = 3;
        if (!spec.HasFailedJobsHistoryLimit) spec.FailedJobsHistoryLimit = 1;
        PodTemplates.Default(spec.JobTemplate.Spec.Template);
    }

    protected override void Check(CronJob value, FieldErrorList errors)
    {
        var spec = value.Spec;
        if (spec.Schedule.Length == 0) errors.Add(FieldError.Required(Schedule));
        else if (CronSyntax.FaultIn(spec.Schedule) is { } fault) errors.Add(FieldError.Invalid(Schedule, spec.Schedule, fault));
        Validation.Check.NotNegative(spec.StartingDeadlineSeconds, Spec.Child("startingDeadlineSeconds"), errors);
        Validation.Check.RequiredOneOf(spec.ConcurrencyPolicy, Spec.Child("concurrencyPolicy"), errors, "Allow", "Forbid", "Replace");
        Template(spec.JobTemplate.Spec, Spec.Child("jobTemplate").Child("spec"), errors);
        Validation.Check.NotNegative(spec.SuccessfulJobsHistoryLimit, Spec.Child("successfulJobsHistoryLimit"), errors);
        Validation.Check.NotNegative(spec.FailedJobsHistoryLimit, Spec.Child("failedJobsHistoryLimit"), errors);
    }

    protected override void CheckNew(CronJob value, FieldErrorList errors)
    {
        ZoneInSchedule(value.Spec, mayHaveOne: false, errors);
        if (value.Spec.HasTimeZone) TimeZone(value.Spec.TimeZone, Spec.Child("timeZone"), errors);
        if (value.Metadata.Name.Length > MaxNameLength)
            errors.Add(FieldError.Invalid(FieldPath.Of("metadata", "name"), value.Metadata.Name, $"must be no more than {MaxNameLength} characters"));
    }

    protected override void CheckChange(CronJob value, CronJob old, FieldErrorList errors)
    {
        ZoneInSchedule(value.Spec, mayHaveOne: HasZone(old.Spec.Schedule), errors);
        if (value.Spec.HasTimeZone && value.Spec.TimeZone != old.Spec.TimeZone) TimeZone(value.Spec.TimeZone, Spec.Child("timeZone"), errors);
    }

    protected override void CheckStatus(CronJob value, CronJob old, FieldErrorList errors)
    {
    }

    private static void Template(JobSpec spec, FieldPath path, FieldErrorList errors)
    {
        JobSpecRules.Check(spec, path, errors);
        if (spec.Selector is not null)
            errors.Add(FieldError.Invalid(path.Child("selector"), GoStructs.Selector(spec.Selector), "`selector` will be auto-generated"));
        if (spec.ManualSelector) errors.Add(FieldError.NotSupported(path.Child("manualSelector"), true, "nil", "false"));
    }

    private static bool HasZone(string schedule) => schedule.Contains("TZ", StringComparison.Ordinal);

    private static void ZoneInSchedule(CronJobSpec spec, bool mayHaveOne, FieldErrorList errors)
    {
        if (!HasZone(spec.Schedule)) return;
        if (!mayHaveOne)
            errors.Add(FieldError.Invalid(Schedule, spec.Schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
        else if (spec.HasTimeZone)
            errors.Add(FieldError.Invalid(Schedule, spec.Schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
    }

    private static void TimeZone(string zone, FieldPath path, FieldErrorList errors)
    {
        if (zone.Length == 0)
        {
            errors.Add(FieldError.Invalid(path, zone, "timeZone must be nil or non-empty string"));
            return;
        }
        if (zone.Split('/').Any(part => part is "." or ".." || part.StartsWith('-') || !ZonePart().IsMatch(part)))
        {
            errors.Add(FieldError.Invalid(path, zone, $"unknown time zone {zone}"));
            return;
        }
        var isLocal = zone.Equals("Local", StringComparison.OrdinalIgnoreCase);
        if (isLocal)
            errors.Add(FieldError.Invalid(path, zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"));
        if (zone != "Local" && !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)) errors.Add(FieldError.Invalid(path, zone, $"unknown time zone {zone}"));
    }

    [GeneratedRegex(@"^[A-Za-z._0-9+-]{1,14}\z")]
    private static partial Regex ZonePart();
}
