using System.Collections.Immutable;

using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A node and the pods on it, assumed ones included, at one moment. Immutable.</summary>
internal sealed class NodeInfo
{
    private NodeInfo(Node node, Resources allocatable, long podSlots, ImmutableArray<PodInfo> pods, Resources requested, Resources nonZero)
    {
        (Node, Allocatable, PodSlots, Pods, Requested, NonZeroRequested) = (node, allocatable, podSlots, pods, requested, nonZero);
    }

    public Node Node { get; }

    public string Name => Node.Metadata.Name;

    public Resources Allocatable { get; }

    public long PodSlots { get; }

    public ImmutableArray<PodInfo> Pods { get; }

    /// <summary>The sum of what <see cref="Pods"/> ask for.</summary>
    public Resources Requested { get; }

    /// <summary>The same as scoring sees it.</summary>
    public Resources NonZeroRequested { get; }

    public static NodeInfo Of(Node node) => new(
        node, ResourceLists.Read(node.Status?.Allocatable ?? []), ResourceLists.PodSlots(node.Status?.Allocatable ?? []),
        [], Resources.None, Resources.None);

    /// <summary>The same pods on the node's later state.</summary>
    public NodeInfo With(Node node)
    {
        var fresh = Of(node);
        return new NodeInfo(node, fresh.Allocatable, fresh.PodSlots, Pods, Requested, NonZeroRequested);
    }

    public NodeInfo With(PodInfo pod) => new(
        Node, Allocatable, PodSlots, Pods.Add(pod), Requested + pod.Requests, NonZeroRequested + pod.NonZeroRequests);

    /// <summary>Without the pod of that uid, which must be here.</summary>
    public NodeInfo Without(string uid)
    {
        var pod = Pods.First(candidate => candidate.Uid == uid);
        return new NodeInfo(
            Node, Allocatable, PodSlots, Pods.Remove(pod), Requested - pod.Requests, NonZeroRequested - pod.NonZeroRequests);
    }
}
