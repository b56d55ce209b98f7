using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A change that may make room for a pod that waits.</summary>
internal abstract record ClusterEvent
{
    internal sealed record NodeAdded(Node Node) : ClusterEvent;

    internal sealed record NodeUpdated(Node Old, Node Current) : ClusterEvent;

    internal sealed record NodeDeleted(Node Node) : ClusterEvent;

    /// <summary>A pod that has a node was heard of for the first time.</summary>
    internal sealed record AssignedPodAdded(PodInfo Pod) : ClusterEvent;

    /// <summary>A pod that has a node has other labels, is being deleted, or asks for less.</summary>
    internal sealed record AssignedPodUpdated(PodInfo Old, PodInfo Current) : ClusterEvent;

    /// <summary>A pod that had a node is gone, finished, or was not bound after all.</summary>
    internal sealed record AssignedPodDeleted(PodInfo Pod) : ClusterEvent;

    /// <summary>The waiting pod itself has changed.</summary>
    internal sealed record PodUpdated(PodInfo Old, PodInfo Current) : ClusterEvent;

    /// <summary>One of the other objects that plugins look at (a claim, a volume, a namespace) has come or changed.</summary>
    internal sealed record ObjectSet(IApiObject? Old, IApiObject Current) : ClusterEvent;
}
