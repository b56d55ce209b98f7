using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Storage.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.NodeVolumeLimits;

/// <summary>Rejects nodes to which a storage driver cannot attach so many volumes more.</summary>
/// <remarks>
/// The limit stands in the CSINode of the node's name; a driver without one, or a node without CSINode, takes any number. A volume that pods
/// of the node share counts once. Source: pkg/scheduler/framework/plugins/nodevolumelimits/csi.go.
/// </remarks>
internal sealed class NodeVolumeLimits(IClusterObjects objects) : IPreFilterPlugin, IFilterPlugin, IQueueingHintPlugin
{
    private static readonly Status Full = Status.Unschedulable("node(s) exceed max volume count");

    public string Name => "NodeVolumeLimits";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot) => PodClaims.Any(pod) ? PreFilterResult.Go : PreFilterResult.Skipped;

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (objects.Find<CSINode>("", node.Name) is not { } limits) return Status.Success;
        var fresh = VolumesOf(pod).ToHashSet();
        if (fresh.Count == 0) return Status.Success;

        var attached = node.Pods.SelectMany(VolumesOf).ToHashSet();
        fresh.ExceptWith(attached);
        foreach (var driver in limits.Spec.Drivers)
        {
            if (driver.Allocatable is not { HasCount: true, Count: var room }) continue;
            var wanted = fresh.Count(volume => volume.Driver == driver.Name);
            if (wanted > 0 && attached.Count(volume => volume.Driver == driver.Name) + wanted > room) return Full;
        }
        return Status.Success;
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.AssignedPodDeleted deleted => PodClaims.Any(deleted.Pod),
        ClusterEvent.ObjectSet { Current: CSINode or PersistentVolume } => true,
        ClusterEvent.ObjectSet { Current: PersistentVolumeClaim claim } =>
            claim.Metadata.Namespace == pod.Key.Namespace && PodClaims.Names(pod).Contains(claim.Metadata.Name),
        _ => false,
    };

    // A claim that has no volume yet will have one of its class's provisioner, under a name nobody else has.
    private IEnumerable<(string Driver, string Handle)> VolumesOf(PodInfo pod)
    {
        foreach (var name in PodClaims.Names(pod))
        {
            if (objects.Find<PersistentVolumeClaim>(pod.Key.Namespace, name) is not { } claim) continue;
            var volume = claim.Spec.VolumeName.Length == 0 ? null : objects.Find<PersistentVolume>("", claim.Spec.VolumeName);
            if (volume is not null)
            {
                if (volume.Spec.PersistentVolumeSource?.Csi is { } csi) yield return (csi.Driver, csi.VolumeHandle);
            }
            else if (objects.Find<StorageClass>("", PodClaims.ClassOf(claim)) is { } made)
            {
                yield return (made.Provisioner, $"{pod.Key.Namespace}/{name}");
            }
        }
    }
}
