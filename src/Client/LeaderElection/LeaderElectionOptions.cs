using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MiniK8s.Client.LeaderElection;

/// <summary>Whether and how one of several instances of a component is chosen to act: the flags of kube-scheduler and kube-controller-manager.</summary>
/// <remarks>Source: k8s.io/component-base/config/v1alpha1/defaults.go, and the checks of client-go/tools/leaderelection/leaderelection.go.</remarks>
public sealed class LeaderElectionOptions : IValidatableObject
{
    /// <summary>Waits between attempts to take the lease are stretched by up to this much, so that candidates do not knock in step.</summary>
    internal const double JitterFactor = 1.2;

    /// <summary>Act only while holding the lease; false is for a component that has one instance. Default true.</summary>
    [Description("act only while holding the lease; false where there is one instance only")]
    public bool LeaderElect { get; set; } = true;

    /// <summary>How long candidates leave a lease alone that they have not seen renewed. Default 15 s.</summary>
    [Description("how long a lease that is not renewed is left alone")]
    public TimeSpan LeaderElectLeaseDuration { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a leader tries to renew before it stops leading. Default 10 s.</summary>
    [Description("how long a leader tries to renew before it gives up")]
    public TimeSpan LeaderElectRenewDeadline { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The wait between two attempts to take or renew the lease. Default 2 s.</summary>
    [Description("wait between attempts to take or renew the lease")]
    public TimeSpan LeaderElectRetryPeriod { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The Lease's name. Default: the component's, <c>kube-scheduler</c>.</summary>
    [Description("the Lease's name; the component's unless given")]
    public string? LeaderElectResourceName { get; set; }

    /// <summary>The Lease's namespace. Default <c>kube-system</c>.</summary>
    [Description("the Lease's namespace")]
    public string LeaderElectResourceNamespace { get; set; } = "kube-system";

    /// <summary>
    /// Who this instance is, unlike any other that runs. Default <c>HOSTNAME_UUID</c>, anew at each start. Kubernetes has no such flag: whoever starts
    /// a dead instance again, and knows that it is dead, gives it the old name here, and it does not wait for its own lease to run out.
    /// </summary>
    [Description("this instance's name, unlike any other that runs; HOSTNAME_UUID unless given")]
    public string? LeaderElectIdentity { get; set; }

    /// <summary>The longest that one call to the apiserver may take: half the deadline, one second at least, so that there is time for a second.</summary>
    internal TimeSpan CallTimeout => LeaderElectRenewDeadline / 2 < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : LeaderElectRenewDeadline / 2;

    /// <summary>What leaves a leader no time to stand down before another may lead, or no lease to hold. Without an election nobody looks at it.</summary>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!LeaderElect) yield break;
        if (LeaderElectResourceNamespace.Length == 0) yield return new("is required", [nameof(LeaderElectResourceNamespace)]);
        if (LeaderElectLeaseDuration < TimeSpan.FromSeconds(1)) yield return new("must be one second at least", [nameof(LeaderElectLeaseDuration)]);
        if (LeaderElectRetryPeriod <= TimeSpan.Zero) yield return new("must be greater than zero", [nameof(LeaderElectRetryPeriod)]);
        if (LeaderElectLeaseDuration <= LeaderElectRenewDeadline) yield return new("must be greater than the renew deadline", [nameof(LeaderElectLeaseDuration)]);
        if (LeaderElectRenewDeadline <= LeaderElectRetryPeriod * JitterFactor)
            yield return new($"must be greater than {JitterFactor.ToString(System.Globalization.CultureInfo.InvariantCulture)} times the retry period", [nameof(LeaderElectRenewDeadline)]);
    }
}
