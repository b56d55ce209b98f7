using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeResources;

/// <summary>Rejects nodes that lack room for the pod's requests; prefers those with most room left (LeastAllocated).</summary>
internal sealed class NodeResourcesFit : IFilterPlugin, IScorePlugin, IQueueingHintPlugin
{
    public string Name => "NodeResourcesFit";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        string[] shortages = [.. Shortages(pod, node)];
        return shortages.Length == 0 ? Status.Success : Status.Unschedulable(shortages);
    }

    // Per resource the free part in percent, and their mean; what the node does not have is left out.
    public long Score(CycleState state, PodInfo pod, NodeInfo node)
    {
        var (sum, count) = (0L, 0);
        Add(node.Allocatable.MilliCpu, node.NonZeroRequested.MilliCpu + pod.NonZeroRequests.MilliCpu);
        Add(node.Allocatable.Memory, node.NonZeroRequested.Memory + pod.NonZeroRequests.Memory);
        return count == 0 ? 0 : sum / count;

        void Add(long allocatable, long requested)
        {
            if (allocatable == 0) return;
            count++;
            sum += requested > allocatable ? 0 : (allocatable - requested) * Scores.Max / allocatable;
        }
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.AssignedPodDeleted => true,
        ClusterEvent.NodeAdded added => FitsEmpty(pod, added.Node),
        ClusterEvent.NodeUpdated updated => HasGrown(pod, NodeInfo.Of(updated.Old), NodeInfo.Of(updated.Current)) && FitsEmpty(pod, updated.Current),
        _ => false,
    };

    private static bool FitsEmpty(PodInfo pod, Node node) => !Shortages(pod, NodeInfo.Of(node)).Any();

    private static bool HasGrown(PodInfo pod, NodeInfo old, NodeInfo current) =>
        current.PodSlots > old.PodSlots
        || (pod.Requests.MilliCpu > 0 && current.Allocatable.MilliCpu > old.Allocatable.MilliCpu)
        || (pod.Requests.Memory > 0 && current.Allocatable.Memory > old.Allocatable.Memory)
        || (pod.Requests.EphemeralStorage > 0 && current.Allocatable.EphemeralStorage > old.Allocatable.EphemeralStorage)
        || pod.Requests.Others.Keys.Any(name =>
            current.Allocatable.Others.GetValueOrDefault(name) > old.Allocatable.Others.GetValueOrDefault(name));

    // A request of nothing is never short, also where the node is overfull.
    private static IEnumerable<string> Shortages(PodInfo pod, NodeInfo node)
    {
        var (wanted, taken, room) = (pod.Requests, node.Requested, node.Allocatable);
        if (node.Pods.Length + 1 > node.PodSlots) yield return "Too many pods";
        if (wanted.IsNone) yield break;
        if (IsShort(wanted.MilliCpu, taken.MilliCpu, room.MilliCpu)) yield return "Insufficient cpu";
        if (IsShort(wanted.Memory, taken.Memory, room.Memory)) yield return "Insufficient memory";
        if (IsShort(wanted.EphemeralStorage, taken.EphemeralStorage, room.EphemeralStorage)) yield return "Insufficient ephemeral-storage";
        foreach (var (name, amount) in wanted.Others)
        {
            if (IsShort(amount, taken.Others.GetValueOrDefault(name), room.Others.GetValueOrDefault(name))) yield return $"Insufficient {name}";
        }
    }

    private static bool IsShort(long wanted, long taken, long room) => wanted > 0 && wanted > room - taken;
}
