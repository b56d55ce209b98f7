using System.Collections.Frozen;
using System.Collections.Immutable;

using Google.Protobuf.Collections;

using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A node and the pods on it, assumed ones included, at one moment. Immutable.</summary>
/// <remarks>What filters ask of thousands of nodes for every pod stands here itself: each object that has to be looked up besides costs a walk to memory.</remarks>
internal sealed class NodeInfo
{
    private Above? _above;
    private Beside? _beside;

    private NodeInfo(Node node)
    {
        (Node, Name) = (node, node.Metadata.Name);
        IsCordoned = node.Spec is { Unschedulable: true };
        Taints = node.Spec is { Taints: { Count: > 0 } taints } ? taints : null;
        Labels = LabelSet.Of(node.Metadata.Labels);
        Allocatable = ResourceLists.Read(node.Status?.Allocatable ?? []);
        PodSlots = ResourceLists.PodSlots(node.Status?.Allocatable ?? []);
    }

    // The same node with other pods.
    private NodeInfo(NodeInfo node)
    {
        (Node, Name, IsCordoned, Taints) = (node.Node, node.Name, node.IsCordoned, node.Taints);
        (Labels, Allocatable, PodSlots, Images) = (node.Labels, node.Allocatable, node.PodSlots, node.Images);
    }

    public Node Node { get; }

    public string Name { get; }

    /// <summary>Whether new pods are to keep away.</summary>
    public bool IsCordoned { get; }

    /// <summary>Null for none.</summary>
    public RepeatedField<Taint>? Taints { get; }

    public LabelSet Labels { get; }

    public Resources Allocatable { get; }

    public long PodSlots { get; }

    /// <summary>The images that are here: bytes by every name they have.</summary>
    public FrozenDictionary<string, long> Images { get; private init; } = FrozenDictionary<string, long>.Empty;

    public ImmutableArray<PodInfo> Pods { get; private init; } = [];

    /// <summary>Those of <see cref="Pods"/> that have a rule of affinity or anti-affinity towards other pods.</summary>
    public ImmutableArray<PodInfo> PodsWithAffinity { get; private init; } = [];

    /// <summary>Those of <see cref="Pods"/> that have a required rule of anti-affinity.</summary>
    public ImmutableArray<PodInfo> PodsWithRequiredAntiAffinity { get; private init; } = [];

    /// <summary>The sum of what <see cref="Pods"/> ask for.</summary>
    public Resources Requested { get; private init; } = Resources.None;

    /// <summary>The same as scoring sees it.</summary>
    public Resources NonZeroRequested { get; private init; } = Resources.None;

    /// <summary>The node without pods.</summary>
    public static NodeInfo Of(Node node) => new(node) { Images = ImagesOf(node) };

    /// <summary>The same pods on the node's later state.</summary>
    public NodeInfo With(Node node) => new(node)
    {
        Images = HasSameImages(Node, node) ? Images : ImagesOf(node),
        Pods = Pods,
        PodsWithAffinity = PodsWithAffinity,
        PodsWithRequiredAntiAffinity = PodsWithRequiredAntiAffinity,
        Requested = Requested,
        NonZeroRequested = NonZeroRequested,
    };

    public NodeInfo With(PodInfo pod) => new(this)
    {
        Pods = Pods.Add(pod),
        PodsWithAffinity = pod.HasAffinity ? PodsWithAffinity.Add(pod) : PodsWithAffinity,
        PodsWithRequiredAntiAffinity = pod.HasRequiredAntiAffinity ? PodsWithRequiredAntiAffinity.Add(pod) : PodsWithRequiredAntiAffinity,
        Requested = Requested + pod.Requests,
        NonZeroRequested = NonZeroRequested + pod.NonZeroRequests,
    };

    /// <summary>With all of the pods as well. Made once for the same array.</summary>
    public NodeInfo With(ImmutableArray<PodInfo> pods)
    {
        var known = _beside;
        if (known is null || known.Pods != pods) _beside = known = new Beside(pods, pods.Aggregate(this, (node, pod) => node.With(pod)));
        return known.Node;
    }

    /// <summary>Without the pod of that uid, which must be here.</summary>
    public NodeInfo Without(string uid)
    {
        var pod = Pods.First(candidate => candidate.Uid == uid);
        return new NodeInfo(this)
        {
            Pods = Pods.Remove(pod),
            PodsWithAffinity = PodsWithAffinity.Remove(pod),
            PodsWithRequiredAntiAffinity = PodsWithRequiredAntiAffinity.Remove(pod),
            Requested = Requested - pod.Requests,
            NonZeroRequested = NonZeroRequested - pod.NonZeroRequests,
        };
    }

    /// <summary>Without the pods of lower priority. Made once as long as the same is asked.</summary>
    public NodeInfo WithoutBelow(int priority)
    {
        var known = _above;
        if (known is null || known.Priority != priority) _above = known = new Above(priority, MakeWithoutBelow(priority));
        return known.Node;
    }

    /// <summary>How many pods of the namespace match, those not counted that are being deleted.</summary>
    public int CountLive(string ns, LabelMatcher pods)
    {
        var count = 0;
        foreach (var pod in Pods)
        {
            if (!pod.IsTerminating && pod.Key.Namespace == ns && pods.Matches(pod.Labels)) count++;
        }
        return count;
    }

    private NodeInfo MakeWithoutBelow(int priority)
    {
        var (requested, nonZeroRequested) = (Requested, NonZeroRequested);
        foreach (var pod in Pods)
        {
            if (pod.Priority < priority) (requested, nonZeroRequested) = (requested - pod.Requests, nonZeroRequested - pod.NonZeroRequests);
        }
        return new NodeInfo(this)
        {
            Pods = Pods.RemoveAll(pod => pod.Priority < priority),
            PodsWithAffinity = PodsWithAffinity.RemoveAll(pod => pod.Priority < priority),
            PodsWithRequiredAntiAffinity = PodsWithRequiredAntiAffinity.RemoveAll(pod => pod.Priority < priority),
            Requested = requested,
            NonZeroRequested = nonZeroRequested,
        };
    }

    private static bool HasSameImages(Node old, Node current) => Equals(old.Status?.Images, current.Status?.Images);

    private static FrozenDictionary<string, long> ImagesOf(Node node)
    {
        var images = new Dictionary<string, long>();
        foreach (var image in node.Status?.Images ?? [])
        {
            foreach (var name in image.Names) images[name] = image.SizeBytes;
        }
        return images.ToFrozenDictionary();
    }

    private sealed record Above(int Priority, NodeInfo Node);

    private sealed record Beside(ImmutableArray<PodInfo> Pods, NodeInfo Node);
}
