using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Storage.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.VolumeZone;

/// <summary>Rejects nodes outside the zone or region that the labels of the pod's volumes name.</summary>
/// <remarks>
/// A label may name several, joined by <c>__</c>. A node without any label of zone or region is taken to be everywhere.
/// Source: pkg/scheduler/framework/plugins/volumezone.
/// </remarks>
internal sealed class VolumeZone(IClusterObjects objects) : IPreFilterPlugin, IFilterPlugin, IQueueingHintPlugin
{
    private const string Separator = "__";
    private static readonly Status Elsewhere = Status.Unresolvable("node(s) had no available volume zone");

    // The label of today, and the one it replaced.
    private static readonly (string Label, string Old)[] Topology =
    [
        ("topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"),
        ("topology.kubernetes.io/region", "failure-domain.beta.kubernetes.io/region"),
    ];

    public string Name => "VolumeZone";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        var wanted = new List<Wanted>();
        foreach (var name in PodClaims.Names(pod))
        {
            if (objects.Find<PersistentVolumeClaim>(pod.Key.Namespace, name) is not { } claim) return new(Status.Unresolvable($"persistentvolumeclaim \"{name}\" not found"));
            if (claim.Spec.VolumeName.Length == 0)
            {
                if (Unbound(claim) is { } refusal) return new(refusal);
                continue;
            }
            if (objects.Find<PersistentVolume>("", claim.Spec.VolumeName) is not { } volume)
                return new(Status.Unresolvable($"persistentvolume \"{claim.Spec.VolumeName}\" not found"));
            wanted.AddRange(WantedBy(volume));
        }
        if (wanted.Count == 0) return PreFilterResult.Skipped;
        state.Keep(new Kept(wanted));
        return PreFilterResult.Go;
    }

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (Topology.All(topology => LabelOf(node.Node, topology.Label) is null)) return Status.Success;
        foreach (var wanted in state.Kept<Kept>().Wanted)
        {
            if (LabelOf(node.Node, wanted.Label) is not { } value || !wanted.Values.Contains(value)) return Elsewhere;
        }
        return Status.Success;
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded => true,
        ClusterEvent.NodeUpdated updated => Topology.Any(topology => LabelOf(updated.Old, topology.Label) != LabelOf(updated.Current, topology.Label)),
        ClusterEvent.ObjectSet { Current: PersistentVolume or StorageClass } => true,
        ClusterEvent.ObjectSet { Current: PersistentVolumeClaim claim } =>
            claim.Metadata.Namespace == pod.Key.Namespace && PodClaims.Names(pod).Contains(claim.Metadata.Name),
        _ => false,
    };

    // A claim that waits for its first consumer says nothing yet.
    private Status? Unbound(PersistentVolumeClaim claim)
    {
        var name = PodClaims.ClassOf(claim);
        if (name.Length == 0) return Status.Unresolvable("PersistentVolumeClaim had no pv name and storageClass name");
        if (objects.Find<StorageClass>("", name) is not { } made) return Status.Unresolvable($"storageclass.storage.k8s.io \"{name}\" not found");
        return made.VolumeBindingMode == "WaitForFirstConsumer" ? null : Status.Unresolvable("PersistentVolume had no name");
    }

    private static IEnumerable<Wanted> WantedBy(PersistentVolume volume)
    {
        foreach (var (label, old) in Topology)
        {
            if (volume.Metadata.Labels.TryGetValue(label, out var value) || volume.Metadata.Labels.TryGetValue(old, out value))
                yield return new Wanted(label, value.Split(Separator).ToHashSet());
        }
    }

    private static string? LabelOf(Node node, string label)
    {
        if (node.Metadata.Labels.TryGetValue(label, out var value)) return value;
        return node.Metadata.Labels.TryGetValue(Topology.First(topology => topology.Label == label).Old, out value) ? value : null;
    }

    private sealed record Wanted(string Label, IReadOnlySet<string> Values);

    private sealed class Kept(IReadOnlyList<Wanted> wanted) : ICycleData
    {
        public IReadOnlyList<Wanted> Wanted => wanted;

        public ICycleData Clone() => this;
    }
}
