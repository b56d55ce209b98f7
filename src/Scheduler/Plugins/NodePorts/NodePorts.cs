using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodePorts;

/// <summary>Rejects nodes where another pod has one of the host ports the pod wants.</summary>
internal sealed class NodePorts : IPreFilterPlugin, IFilterPlugin, IQueueingHintPlugin
{
    private static readonly Status Taken = Status.Unschedulable("node(s) didn't have free ports for the requested pod ports");

    public string Name => "NodePorts";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot) =>
        pod.HostPorts.Count == 0 ? PreFilterResult.Skipped : PreFilterResult.Go;

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        foreach (var other in node.Pods)
        {
            if (Conflict(pod, other)) return Taken;
        }
        return Status.Success;
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded => true,
        ClusterEvent.AssignedPodDeleted deleted => Conflict(pod, deleted.Pod),
        _ => false,
    };

    private static bool Conflict(PodInfo a, PodInfo b)
    {
        for (var i = 0; i < a.HostPorts.Count; i++)
        {
            for (var j = 0; j < b.HostPorts.Count; j++)
            {
                if (a.HostPorts[i].Conflicts(b.HostPorts[j])) return true;
            }
        }
        return false;
    }
}
