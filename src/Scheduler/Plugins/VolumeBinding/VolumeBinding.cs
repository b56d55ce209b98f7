using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Storage.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.VolumeBinding;

/// <summary>Rejects a pod whose claims cannot be had, and nodes from which its volumes cannot be reached.</summary>
/// <remarks>
/// <code>
/// a claim                            | the pod                    | a node
/// -----------------------------------+----------------------------+------------------------------------------------------------------
/// is missing, is being deleted, lost | fits nowhere               |
/// without a volume, Immediate        | fits nowhere               |
/// without, WaitForFirstConsumer      |                            | fits if a volume does that can be reached from it, or one can be made
/// with a volume                      |                            | fits if the volume's node affinity matches
/// </code>
/// Known gap: no controller binds claims to volumes or makes volumes yet, so what waits for its first consumer is not bound by its binding.
/// Source: pkg/scheduler/framework/plugins/volumebinding.
/// </remarks>
internal sealed class VolumeBinding(IClusterObjects objects) : IPreFilterPlugin, IFilterPlugin, IQueueingHintPlugin
{
    private const string NoProvisioner = "kubernetes.io/no-provisioner";
    private static readonly Status Unbound = Status.Unresolvable("pod has unbound immediate PersistentVolumeClaims");
    private static readonly Status NoneFound = Status.Unresolvable("node(s) didn't find available persistent volumes to bind");
    private static readonly Status OutOfReach = Status.Unresolvable("node(s) had volume node affinity conflict");
    private static readonly Status VolumeMissing = Status.Unresolvable("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)");

    public string Name => "VolumeBinding";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        var (bound, waiting) = (new List<PersistentVolumeClaim>(), new List<(PersistentVolumeClaim, StorageClass)>());
        var isUnbound = false;
        foreach (var volume in pod.Pod.Spec.Volumes)
        {
            if (PodClaims.Of(pod.Pod, volume) is not var (name, isEphemeral)) continue;
            if (objects.Find<PersistentVolumeClaim>(pod.Key.Namespace, name) is not { } claim) return new(Missing(name, isEphemeral));
            if (WhyNot(claim) is { } refusal) return new(refusal);
            if (PodClaims.IsBound(claim)) bound.Add(claim);
            else if (claim.Spec.VolumeName.Length == 0 && ClassOf(claim) is { VolumeBindingMode: "WaitForFirstConsumer" } made) waiting.Add((claim, made));
            else isUnbound = true;
        }
        if (isUnbound) return new(Unbound);
        if (bound.Count + waiting.Count == 0) return PreFilterResult.Skipped;
        state.Keep(new Kept(bound, waiting));
        return PreFilterResult.Go;
    }

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        var kept = state.Kept<Kept>();
        foreach (var claim in kept.Bound)
        {
            if (objects.Find<PersistentVolume>("", claim.Spec.VolumeName) is not { } volume) return VolumeMissing;
            if (!Reaches(volume, node.Node)) return OutOfReach;
        }
        if (kept.Waiting.Count == 0) return Status.Success;
        var taken = new HashSet<string>();
        foreach (var (claim, made) in kept.Waiting)
        {
            if (Smallest(claim, made, node.Node, taken) is { } volume) taken.Add(volume.Metadata.Name);
            else if (made.Provisioner == NoProvisioner || !IsAllowed(made, node.Node)) return NoneFound;
        }
        return Status.Success;
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded or ClusterEvent.NodeUpdated => true,
        ClusterEvent.ObjectSet { Current: PersistentVolume or StorageClass or CSINode } => true,
        ClusterEvent.ObjectSet { Current: PersistentVolumeClaim claim } =>
            claim.Metadata.Namespace == pod.Key.Namespace && PodClaims.Names(pod).Contains(claim.Metadata.Name),
        _ => false,
    };

    private static Status Missing(string claim, bool isEphemeral) => Status.Unresolvable(isEphemeral
        ? $"waiting for ephemeral volume controller to create the persistentvolumeclaim \"{claim}\""
        : $"persistentvolumeclaim \"{claim}\" not found");

    private static Status? WhyNot(PersistentVolumeClaim claim) => claim switch
    {
        { Status.Phase: "Lost" } => Status.Unresolvable($"persistentvolumeclaim \"{claim.Metadata.Name}\" bound to non-existent persistentvolume \"{claim.Spec.VolumeName}\""),
        { Metadata.DeletionTimestamp: not null } => Status.Unresolvable($"persistentvolumeclaim \"{claim.Metadata.Name}\" is being deleted"),
        _ => null,
    };

    private static bool Reaches(PersistentVolume volume, Node node) => volume.Spec.NodeAffinity?.Required is not { } required || required.Matches(node);

    private static bool IsAllowed(StorageClass made, Node node) => made.AllowedTopologies.Count == 0 || made.AllowedTopologies.Any(term => term.MatchLabelExpressions.All(wanted =>
        node.Metadata.Labels.TryGetValue(wanted.Key, out var value) && wanted.Values.Contains(value)));

    private StorageClass? ClassOf(PersistentVolumeClaim claim) => objects.Find<StorageClass>("", PodClaims.ClassOf(claim));

    // Of those that are large enough, so that the large ones stay for who needs them.
    private PersistentVolume? Smallest(PersistentVolumeClaim claim, StorageClass made, Node node, HashSet<string> taken) => objects.List<PersistentVolume>()
        .Where(volume => !taken.Contains(volume.Metadata.Name) && VolumeMatch.Fits(volume, claim, made.Metadata.Name) && Reaches(volume, node))
        .MinBy(VolumeMatch.Size);

    private sealed class Kept(IReadOnlyList<PersistentVolumeClaim> bound, IReadOnlyList<(PersistentVolumeClaim Claim, StorageClass Class)> waiting) : ICycleData
    {
        public IReadOnlyList<PersistentVolumeClaim> Bound => bound;

        public IReadOnlyList<(PersistentVolumeClaim Claim, StorageClass Class)> Waiting => waiting;

        public ICycleData Clone() => this;
    }
}
