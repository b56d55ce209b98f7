using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.VolumeRestrictions;

/// <summary>Rejects nodes where a disk that the pod mounts is mounted already, and everything while another pod has a claim that one pod may have.</summary>
/// <remarks>
/// Two mounts of one disk on one node:
/// <code>
/// GCE persistent disk (same name), iSCSI (same iqn), RBD (same image in a pool of a common monitor) | conflict unless both are read-only
/// AWS EBS (same id)                                                                                | conflict
/// </code>
/// Source: pkg/scheduler/framework/plugins/volumerestrictions.
/// </remarks>
internal sealed class VolumeRestrictions(IClusterObjects objects) : IPreFilterPlugin, IFilterPlugin, IQueueingHintPlugin
{
    private const string SinglePod = "ReadWriteOncePod";
    private static readonly Status DiskTaken = Status.Unschedulable("node(s) had no available disk");
    private static readonly Status ClaimTaken =
        Status.Unschedulable("node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode");

    public string Name => "VolumeRestrictions";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        var exclusive = new HashSet<string>();
        foreach (var name in PodClaims.Names(pod))
        {
            if (objects.Find<PersistentVolumeClaim>(pod.Key.Namespace, name) is not { } claim) return new(Status.Unresolvable($"persistentvolumeclaim \"{name}\" not found"));
            if (claim.Spec.AccessModes.Contains(SinglePod)) exclusive.Add(name);
        }
        var hasDisks = pod.Pod.Spec.Volumes.Any(IsDisk);
        if (!hasDisks && exclusive.Count == 0) return PreFilterResult.Skipped;

        var users = exclusive.Count == 0 ? 0 : snapshot.Nodes.Sum(node => node.Pods.Count(other => Uses(other, pod, exclusive)));
        state.Keep(new Kept(exclusive, hasDisks) { Users = users });
        return PreFilterResult.Go;
    }

    public void AddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node)
    {
        var kept = state.Kept<Kept>();
        if (Uses(added, pod, kept.Exclusive)) kept.Users++;
    }

    public void RemovePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node)
    {
        var kept = state.Kept<Kept>();
        if (Uses(removed, pod, kept.Exclusive)) kept.Users--;
    }

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        var kept = state.Kept<Kept>();
        if (kept.HasDisks && node.Pods.Any(other => SharesDisk(pod, other))) return DiskTaken;
        return kept.Users > 0 ? ClaimTaken : Status.Success;
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded => true,
        ClusterEvent.AssignedPodDeleted deleted =>
            SharesDisk(pod, deleted.Pod) || (deleted.Pod.Key.Namespace == pod.Key.Namespace && PodClaims.Names(deleted.Pod).Intersect(PodClaims.Names(pod)).Any()),
        ClusterEvent.ObjectSet { Current: PersistentVolumeClaim claim } =>
            claim.Metadata.Namespace == pod.Key.Namespace && PodClaims.Names(pod).Contains(claim.Metadata.Name),
        _ => false,
    };

    private static bool Uses(PodInfo other, PodInfo pod, HashSet<string> claims) =>
        claims.Count > 0 && other.Key.Namespace == pod.Key.Namespace && PodClaims.Names(other).Any(claims.Contains);

    private static bool IsDisk(Volume volume) =>
        volume.VolumeSource is { GcePersistentDisk: not null } or { AwsElasticBlockStore: not null } or { Iscsi: not null } or { Rbd: not null };

    private static bool SharesDisk(PodInfo pod, PodInfo other) => pod.Pod.Spec.Volumes.Where(IsDisk).Any(mine => other.Pod.Spec.Volumes.Any(theirs => Conflict(mine.VolumeSource, theirs.VolumeSource)));

    private static bool Conflict(VolumeSource a, VolumeSource b) => (a, b) switch
    {
        ({ GcePersistentDisk: { } mine }, { GcePersistentDisk: { } theirs }) => mine.PdName == theirs.PdName && !(mine.ReadOnly && theirs.ReadOnly),
        ({ AwsElasticBlockStore: { } mine }, { AwsElasticBlockStore: { } theirs }) => mine.VolumeId == theirs.VolumeId,
        ({ Iscsi: { } mine }, { Iscsi: { } theirs }) => mine.Iqn == theirs.Iqn && !(mine.ReadOnly && theirs.ReadOnly),
        ({ Rbd: { } mine }, { Rbd: { } theirs }) =>
            mine.Image == theirs.Image && PoolOf(mine) == PoolOf(theirs) && mine.Monitors.Intersect(theirs.Monitors).Any() && !(mine.ReadOnly && theirs.ReadOnly),
        _ => false,
    };

    private static string PoolOf(RBDVolumeSource volume) => volume.Pool.Length > 0 ? volume.Pool : "rbd";

    // The claims that one pod alone may have, and how many pods have one of them.
    private sealed class Kept(HashSet<string> exclusive, bool hasDisks) : ICycleData
    {
        public HashSet<string> Exclusive { get; } = exclusive;

        public bool HasDisks { get; } = hasDisks;

        public int Users { get; set; }

        public ICycleData Clone() => new Kept(Exclusive, HasDisks) { Users = Users };
    }
}
