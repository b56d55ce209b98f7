using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A change that may make room for a pod that waits.</summary>
internal abstract record ClusterEvent
{
    internal sealed record NodeAdded(Node Node) : ClusterEvent;

    internal sealed record NodeUpdated(Node Old, Node Current) : ClusterEvent;

    /// <summary>A pod that had a node is gone, finished, or was not bound after all.</summary>
    internal sealed record AssignedPodDeleted(PodInfo Pod) : ClusterEvent;

    /// <summary>The waiting pod itself has changed.</summary>
    internal sealed record PodUpdated(PodInfo Old, PodInfo Current) : ClusterEvent;
}
