using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Configuration;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>The plugin's arguments, named and preset as in kubescheduler.config.k8s.io/v1.</summary>
/// <param name="HardPodAffinityWeight">What a required term of affinity of a pod that is already placed is worth to a pod that matches it; 0 to 100.</param>
/// <param name="IgnorePreferredTermsOfExistingPods">Whether pods without preferred terms of their own go unscored, whatever the placed ones prefer.</param>
internal sealed record InterPodAffinityArgs(int HardPodAffinityWeight = 1, bool IgnorePreferredTermsOfExistingPods = false) : IPluginArguments
{
    public void Check(FieldPath path, FieldErrorList errors)
    {
        if (HardPodAffinityWeight is < 0 or > 100)
            errors.Add(FieldError.Invalid(path.Child("hardPodAffinityWeight"), HardPodAffinityWeight, "not in valid range [0, 100]"));
    }
}
