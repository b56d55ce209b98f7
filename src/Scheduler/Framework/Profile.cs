using System.Diagnostics.CodeAnalysis;

namespace MiniK8s.Scheduler.Framework;

/// <summary>How pods of one <c>spec.schedulerName</c> are scheduled. All profiles of a process share its queue, cache and loop.</summary>
/// <param name="SchedulerName">Whose pods; also the events' reporter.</param>
/// <param name="PercentageOfNodesToScore">How many of all nodes must be feasible before the search ends, 1 to 100; 0 lets it shrink from 50 to 5 as the cluster grows.</param>
internal sealed record Profile(string SchedulerName, PluginSet Plugins, int PercentageOfNodesToScore = 0);

/// <summary>The profiles of this process.</summary>
internal sealed class Profiles(IEnumerable<Profile> profiles)
{
    private readonly IReadOnlyDictionary<string, Profile> _byName = profiles.ToDictionary(profile => profile.SchedulerName);

    public IEnumerable<string> SchedulerNames => _byName.Keys;

    /// <summary>Who says in which order pods are tried: the same in all profiles.</summary>
    public IQueueSortPlugin? QueueSort => _byName.Values.First().Plugins.QueueSort;

    /// <summary>Whether pods of that scheduler's name are ours.</summary>
    public bool Has(string schedulerName) => _byName.ContainsKey(schedulerName);

    /// <summary>The profile of a pod that is ours.</summary>
    public Profile Of(PodInfo pod) => _byName[pod.Pod.Spec.SchedulerName];

    /// <summary>The profile of a pod, if it is ours.</summary>
    public bool TryGet(PodInfo pod, [NotNullWhen(true)] out Profile? profile) => _byName.TryGetValue(pod.Pod.Spec.SchedulerName, out profile);
}
