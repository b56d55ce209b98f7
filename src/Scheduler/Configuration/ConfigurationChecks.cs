using MiniK8s.Api.Errors;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>The limits of a configuration's own values; those of its plugins' arguments are the arguments' affair.</summary>
/// <remarks>Source: pkg/scheduler/apis/config/validation/validation.go, staging/src/k8s.io/component-base/config/validation/validation.go.</remarks>
internal static class ConfigurationChecks
{
    public static void Check(KubeSchedulerConfiguration written, FieldErrorList errors)
    {
        if (written.ClientConnection.Burst < 0)
            errors.Add(FieldError.Invalid(FieldPath.Of("clientConnection", "burst"), written.ClientConnection.Burst, "must be non-negative"));
        if (written.LeaderElection.LeaderElect) LeaderElection(written.LeaderElection, FieldPath.Of("leaderElection"), errors);
        if (written.Parallelism <= 0) errors.Add(FieldError.Invalid(FieldPath.Of("parallelism"), written.Parallelism, "should be an integer value greater than zero"));
        Percentage(written.PercentageOfNodesToScore, FieldPath.Of("percentageOfNodesToScore"), errors);
        if (written.PodInitialBackoffSeconds <= 0)
            errors.Add(FieldError.Invalid(FieldPath.Of("podInitialBackoffSeconds"), written.PodInitialBackoffSeconds, "must be greater than 0"));
        if (written.PodMaxBackoffSeconds < written.PodInitialBackoffSeconds)
            errors.Add(FieldError.Invalid(FieldPath.Of("podMaxBackoffSeconds"), written.PodMaxBackoffSeconds, "must be greater than or equal to PodInitialBackoffSeconds"));
        if (written.Extenders.Count > 0) errors.Add(FieldError.Forbidden(FieldPath.Of("extenders"), "this scheduler calls no extenders"));
    }

    /// <summary>A percentage of nodes, 0 for the one that follows the size of the cluster.</summary>
    public static void Percentage(int? percentage, FieldPath path, FieldErrorList errors)
    {
        if (percentage is < 0 or > 100) errors.Add(FieldError.Invalid(path, percentage, "not in valid range [0-100]"));
    }

    private static void LeaderElection(LeaderElectionConfiguration election, FieldPath path, FieldErrorList errors)
    {
        Positive(election.LeaseDuration, path.Child("leaseDuration"), errors);
        Positive(election.RenewDeadline, path.Child("renewDeadline"), errors);
        Positive(election.RetryPeriod, path.Child("retryPeriod"), errors);
        if (election.LeaseDuration < election.RenewDeadline)
            errors.Add(FieldError.Invalid(path.Child("leaseDuration"), GoDuration(election.RenewDeadline), "LeaseDuration must be greater than RenewDeadline"));
        if (election.ResourceLock != "leases") errors.Add(FieldError.Invalid(path.Child("resourceLock"), election.ResourceLock, "resourceLock value must be \"leases\""));
        if (election.ResourceNamespace.Length == 0) errors.Add(FieldError.Required(path.Child("resourceNamespace"), "resourceNamespace is required"));
        if (election.ResourceName.Length == 0) errors.Add(FieldError.Required(path.Child("resourceName"), "resourceName is required"));
    }

    private static void Positive(TimeSpan value, FieldPath path, FieldErrorList errors)
    {
        if (value <= TimeSpan.Zero) errors.Add(FieldError.Invalid(path, GoDuration(value), "must be greater than zero"));
    }

    private static GoValue GoDuration(TimeSpan value) => new(GoText.Duration(value));
}
