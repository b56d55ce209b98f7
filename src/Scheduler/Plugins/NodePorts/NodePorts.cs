using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodePorts;

/// <summary>Rejects nodes where another pod has one of the host ports the pod wants.</summary>
internal sealed class NodePorts : IPreFilterPlugin, IFilterPlugin, IQueueingHintPlugin
{
    public string Name => "NodePorts";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot) =>
        pod.HostPorts.Count == 0 ? PreFilterResult.Skipped : PreFilterResult.Go;

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) =>
        node.Pods.Any(other => Conflict(pod, other))
            ? Status.Unschedulable("node(s) didn't have free ports for the requested pod ports")
            : Status.Success;

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded => true,
        ClusterEvent.AssignedPodDeleted deleted => Conflict(pod, deleted.Pod),
        _ => false,
    };

    private static bool Conflict(PodInfo a, PodInfo b) => a.HostPorts.Any(port => b.HostPorts.Any(port.Conflicts));
}
