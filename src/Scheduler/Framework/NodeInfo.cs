using System.Collections.Frozen;
using System.Collections.Immutable;

using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A node and the pods on it, assumed ones included, at one moment. Immutable.</summary>
internal sealed class NodeInfo
{
    private NodeInfo(Node node) => (Node, Name) = (node, node.Metadata.Name);

    public Node Node { get; private init; }

    public string Name { get; }

    public LabelSet Labels { get; private init; } = LabelSet.Empty;

    public Resources Allocatable { get; private init; } = Resources.None;

    public long PodSlots { get; private init; }

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
    public static NodeInfo Of(Node node) => new(node)
    {
        Labels = LabelSet.Of(node.Metadata.Labels),
        Allocatable = ResourceLists.Read(node.Status?.Allocatable ?? []),
        PodSlots = ResourceLists.PodSlots(node.Status?.Allocatable ?? []),
        Images = ImagesOf(node),
    };

    /// <summary>The same pods on the node's later state.</summary>
    public NodeInfo With(Node node) => new(node)
    {
        Labels = LabelSet.Of(node.Metadata.Labels),
        Allocatable = ResourceLists.Read(node.Status?.Allocatable ?? []),
        PodSlots = ResourceLists.PodSlots(node.Status?.Allocatable ?? []),
        Images = HasSameImages(Node, node) ? Images : ImagesOf(node),
        Pods = Pods,
        PodsWithAffinity = PodsWithAffinity,
        PodsWithRequiredAntiAffinity = PodsWithRequiredAntiAffinity,
        Requested = Requested,
        NonZeroRequested = NonZeroRequested,
    };

    public NodeInfo With(PodInfo pod) => new(Node)
    {
        Labels = Labels,
        Allocatable = Allocatable,
        PodSlots = PodSlots,
        Images = Images,
        Pods = Pods.Add(pod),
        PodsWithAffinity = pod.HasAffinity ? PodsWithAffinity.Add(pod) : PodsWithAffinity,
        PodsWithRequiredAntiAffinity = pod.HasRequiredAntiAffinity ? PodsWithRequiredAntiAffinity.Add(pod) : PodsWithRequiredAntiAffinity,
        Requested = Requested + pod.Requests,
        NonZeroRequested = NonZeroRequested + pod.NonZeroRequests,
    };

    /// <summary>Without the pod of that uid, which must be here.</summary>
    public NodeInfo Without(string uid)
    {
        var pod = Pods.First(candidate => candidate.Uid == uid);
        return new NodeInfo(Node)
        {
            Labels = Labels,
            Allocatable = Allocatable,
            PodSlots = PodSlots,
            Images = Images,
            Pods = Pods.Remove(pod),
            PodsWithAffinity = PodsWithAffinity.Remove(pod),
            PodsWithRequiredAntiAffinity = PodsWithRequiredAntiAffinity.Remove(pod),
            Requested = Requested - pod.Requests,
            NonZeroRequested = NonZeroRequested - pod.NonZeroRequests,
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

    /// <summary>Without all the pods that leave.</summary>
    public NodeInfo Without(Predicate<PodInfo> leaves)
    {
        var (requested, nonZeroRequested) = (Requested, NonZeroRequested);
        foreach (var pod in Pods)
        {
            if (leaves(pod)) (requested, nonZeroRequested) = (requested - pod.Requests, nonZeroRequested - pod.NonZeroRequests);
        }
        return new NodeInfo(Node)
        {
            Labels = Labels,
            Allocatable = Allocatable,
            PodSlots = PodSlots,
            Images = Images,
            Pods = Pods.RemoveAll(leaves),
            PodsWithAffinity = PodsWithAffinity.RemoveAll(leaves),
            PodsWithRequiredAntiAffinity = PodsWithRequiredAntiAffinity.RemoveAll(leaves),
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
}
