using System.Collections.Frozen;
using System.Collections.Immutable;

using Google.Protobuf.Collections;

using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A node and the pods on it, assumed ones included, at one moment. Immutable.</summary>
/// <remarks>
/// What filters ask of every node stands here itself: each object that has to be looked up besides is a walk to memory.
/// </remarks>
internal sealed class NodeInfo
{
    private NodeInfo? _withExpected;

    private NodeInfo(Node node, ImmutableArray<PodInfo> pods, Resources requested)
    {
        (Node, Name) = (node, node.Metadata.Name);
        IsCordoned = node.Spec is { Unschedulable: true };
        Taints = node.Spec is { Taints: { Count: > 0 } taints } ? taints : null;
        Labels = LabelSet.Of(node.Metadata.Labels);
        Allocatable = ResourceLists.Read(node.Status?.Allocatable ?? []);
        PodSlots = ResourceLists.PodSlots(node.Status?.Allocatable ?? []);
        (Pods, Requested) = (pods, requested);
        Room = new Room(Allocatable, PodSlots).Without(requested, pods.Length);
    }

    // The same node with other pods.
    private NodeInfo(NodeInfo node, ImmutableArray<PodInfo> pods, Resources requested)
    {
        (Node, Name, IsCordoned, Taints, Labels) = (node.Node, node.Name, node.IsCordoned, node.Taints, node.Labels);
        (Allocatable, PodSlots, Images) = (node.Allocatable, node.PodSlots, node.Images);
        (Expected, LowestExpected) = (node.Expected, node.LowestExpected);
        (PodsWithAffinity, PodsWithRequiredAntiAffinity, NonZeroRequested) = (node.PodsWithAffinity, node.PodsWithRequiredAntiAffinity, node.NonZeroRequested);
        (Pods, Requested) = (pods, requested);
        Room = new Room(Allocatable, PodSlots).Without(requested, pods.Length);
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

    public ImmutableArray<PodInfo> Pods { get; }

    /// <summary>Those of <see cref="Pods"/> that have a rule of affinity or anti-affinity towards other pods.</summary>
    public ImmutableArray<PodInfo> PodsWithAffinity { get; private init; } = [];

    /// <summary>Those of <see cref="Pods"/> that have a required rule of anti-affinity.</summary>
    public ImmutableArray<PodInfo> PodsWithRequiredAntiAffinity { get; private init; } = [];

    /// <summary>The sum of what <see cref="Pods"/> ask for.</summary>
    public Resources Requested { get; }

    /// <summary>The same as scoring sees it.</summary>
    public Resources NonZeroRequested { get; private init; } = Resources.None;

    /// <summary>What is left of the usual resources.</summary>
    public Room Room { get; }

    /// <summary>The pods for which room is being made here. They are not among <see cref="Pods"/>.</summary>
    public ImmutableArray<PodInfo> Expected { get; private init; } = [];

    /// <summary>The lowest priority among <see cref="Expected"/>.</summary>
    public int LowestExpected { get; private init; }

    /// <summary>The node as it will be when all <see cref="Expected"/> are here.</summary>
    public NodeInfo WithExpected => _withExpected ??= With(Expected);

    /// <summary>The node without pods.</summary>
    public static NodeInfo Of(Node node) => new(node, [], Resources.None) { Images = ImagesOf(node) };

    /// <summary>The same pods on the node's later state.</summary>
    public NodeInfo With(Node node) => new(node, Pods, Requested)
    {
        Images = HasSameImages(Node, node) ? Images : ImagesOf(node),
        PodsWithAffinity = PodsWithAffinity,
        PodsWithRequiredAntiAffinity = PodsWithRequiredAntiAffinity,
        NonZeroRequested = NonZeroRequested,
        Expected = Expected,
        LowestExpected = LowestExpected,
    };

    public NodeInfo With(PodInfo pod) => new(this, Pods.Add(pod), Requested + pod.Requests)
    {
        PodsWithAffinity = pod.HasAffinity ? PodsWithAffinity.Add(pod) : PodsWithAffinity,
        PodsWithRequiredAntiAffinity = pod.HasRequiredAntiAffinity ? PodsWithRequiredAntiAffinity.Add(pod) : PodsWithRequiredAntiAffinity,
        NonZeroRequested = NonZeroRequested + pod.NonZeroRequests,
    };

    /// <summary>With all of the pods as well.</summary>
    public NodeInfo With(ImmutableArray<PodInfo> pods)
    {
        var node = this;
        foreach (var pod in pods) node = node.With(pod);
        return node;
    }

    /// <summary>The same where room is being made for these pods and no others.</summary>
    public NodeInfo Expecting(ImmutableArray<PodInfo> pods) => new(this, Pods, Requested)
    {
        Expected = pods,
        LowestExpected = pods.IsEmpty ? 0 : pods.Min(pod => pod.Priority),
    };

    /// <summary>Without the pod of that uid, which must be here.</summary>
    public NodeInfo Without(string uid)
    {
        var pod = Pods.First(candidate => candidate.Uid == uid);
        return new NodeInfo(this, Pods.Remove(pod), Requested - pod.Requests)
        {
            PodsWithAffinity = PodsWithAffinity.Remove(pod),
            PodsWithRequiredAntiAffinity = PodsWithRequiredAntiAffinity.Remove(pod),
            NonZeroRequested = NonZeroRequested - pod.NonZeroRequests,
        };
    }

    /// <summary>Without the pods of lower priority; itself where there are none.</summary>
    public NodeInfo WithoutBelow(int priority)
    {
        var left = Pods.RemoveAll(pod => pod.Priority < priority);
        if (left.Length == Pods.Length) return this;
        var (requested, nonZeroRequested) = (Requested, NonZeroRequested);
        foreach (var pod in Pods)
        {
            if (pod.Priority < priority) (requested, nonZeroRequested) = (requested - pod.Requests, nonZeroRequested - pod.NonZeroRequests);
        }
        return new NodeInfo(this, left, requested)
        {
            PodsWithAffinity = PodsWithAffinity.RemoveAll(pod => pod.Priority < priority),
            PodsWithRequiredAntiAffinity = PodsWithRequiredAntiAffinity.RemoveAll(pod => pod.Priority < priority),
            NonZeroRequested = nonZeroRequested,
        };
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
}
