using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>What the scheduler is to do, checked and complete.</summary>
/// <param name="Profiles">At least one, each of another name.</param>
/// <param name="Parallelism">How many nodes are looked at at a time, for those who can do several.</param>
/// <param name="InitialBackoff">The wait after a pod's first failed attempt.</param>
/// <param name="MaxBackoff">The longest wait after a failed attempt.</param>
/// <param name="Kubeconfig">The file that says where the apiserver is; "" leaves that to the flags.</param>
/// <param name="LeaderElection">What holds where no flag says otherwise.</param>
/// <param name="Unused">The fields that the file sets and nobody here looks at.</param>
internal sealed record SchedulerConfiguration(
    IReadOnlyList<ProfilePlan> Profiles, int Parallelism, TimeSpan InitialBackoff, TimeSpan MaxBackoff,
    string Kubeconfig, LeaderElectionConfiguration LeaderElection, IReadOnlyList<string> Unused)
{
    /// <summary>One profile of that name with the default plugins.</summary>
    public static SchedulerConfiguration Default(string schedulerName) =>
        ConfigurationReader.Resolve(new KubeSchedulerConfiguration(), schedulerName, PluginRegistry.InTree, []);

    /// <summary>The profiles, each with its plugins.</summary>
    public Profiles MakeProfiles(PluginContext context) => new(Profiles.Select(profile => profile.Make(context)));
}
