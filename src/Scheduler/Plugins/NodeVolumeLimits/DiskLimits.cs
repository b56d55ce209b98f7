using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeVolumeLimits;

/// <summary>Rejects nodes to which so many disks of one cloud are attached already: MaxPDVolumeCount, retired; off unless a profile enables it.</summary>
/// <remarks>
/// <code>
/// EBSLimits        AWS EBS                39
/// GCEPDLimits      GCE persistent disks   16
/// AzureDiskLimits  Azure disks            16
/// </code>
/// KUBE_MAX_PD_VOLS in the scheduler's environment stands for all three. Disks that pods name themselves count, and those behind the
/// volumes of their claims. Source: pkg/scheduler/framework/plugins/nodevolumelimits/non_csi.go of Kubernetes 1.22.
/// </remarks>
internal sealed class DiskLimits : IFilterPlugin, IQueueingHintPlugin
{
    private static readonly Status Full = Status.Unschedulable("node(s) exceed max volume count");
    private readonly IClusterObjects _objects;
    private readonly int _limit;
    private readonly Func<VolumeSource, string?> _inline;
    private readonly Func<PersistentVolumeSource, string?> _volume;

    private DiskLimits(
        string name, int limit, IClusterObjects objects, Func<VolumeSource, string?> inline, Func<PersistentVolumeSource, string?> volume) =>
        (Name, _limit, _objects, _inline, _volume) = (name, MaxVolumes() ?? limit, objects, inline, volume);

    public string Name { get; }

    public static DiskLimits Ebs(IClusterObjects objects) => new(
        "EBSLimits", 39, objects, source => source.AwsElasticBlockStore?.VolumeId, source => source.AwsElasticBlockStore?.VolumeId);

    public static DiskLimits GcePd(IClusterObjects objects) => new(
        "GCEPDLimits", 16, objects, source => source.GcePersistentDisk?.PdName, source => source.GcePersistentDisk?.PdName);

    public static DiskLimits AzureDisk(IClusterObjects objects) => new(
        "AzureDiskLimits", 16, objects, source => source.AzureDisk?.DiskName, source => source.AzureDisk?.DiskName);

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (pod.Pod.Spec.Volumes.Count == 0) return Status.Success;
        var fresh = DisksOf(pod).ToHashSet();
        if (fresh.Count == 0) return Status.Success;

        var attached = node.Pods.SelectMany(DisksOf).ToHashSet();
        fresh.ExceptWith(attached);
        return attached.Count + fresh.Count > _limit ? Full : Status.Success;
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change is ClusterEvent.NodeAdded or ClusterEvent.AssignedPodDeleted;

    private static int? MaxVolumes() => int.TryParse(Environment.GetEnvironmentVariable("KUBE_MAX_PD_VOLS"), out var limit) && limit > 0 ? limit : null;

    private IEnumerable<string> DisksOf(PodInfo pod)
    {
        foreach (var volume in pod.Pod.Spec.Volumes)
        {
            if (_inline(volume.VolumeSource) is { } disk) yield return disk;
            if (PodClaims.Of(pod.Pod, volume) is not var (name, _)) continue;
            if (_objects.Find<PersistentVolumeClaim>(pod.Key.Namespace, name) is not { Spec.VolumeName: { Length: > 0 } bound }) continue;
            if (_objects.Find<PersistentVolume>("", bound)?.Spec.PersistentVolumeSource is { } source && _volume(source) is { } claimed) yield return claimed;
        }
    }
}
