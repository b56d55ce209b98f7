using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.SchedulingGates;

/// <summary>Holds a pod back while it has gates, and no event but the removal of the last wakes it (KEP-3521).</summary>
internal sealed class SchedulingGates : IPreEnqueuePlugin, IQueueingHintPlugin
{
    public string Name => "SchedulingGates";

    public Status PreEnqueue(PodInfo pod) => IsGated(pod)
        ? Status.Unresolvable($"waiting for scheduling gates: [{string.Join(' ', pod.Pod.Spec.SchedulingGates.Select(gate => gate.Name))}]")
        : Status.Success;

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change is ClusterEvent.PodUpdated updated && !IsGated(updated.Current);

    private static bool IsGated(PodInfo pod) => pod.Pod.Spec.SchedulingGates.Count > 0;
}
