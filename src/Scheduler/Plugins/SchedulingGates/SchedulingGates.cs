using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.SchedulingGates;

/// <summary>Knows when a gated pod may be tried: the queue holds it back while it has gates, and no other event wakes it.</summary>
internal sealed class SchedulingGates : IQueueingHintPlugin
{
    public const string PluginName = "SchedulingGates";

    public string Name => PluginName;

    public static bool IsGated(PodInfo pod) => pod.Pod.Spec.SchedulingGates.Count > 0;

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change is ClusterEvent.PodUpdated updated && !IsGated(updated.Current);
}
