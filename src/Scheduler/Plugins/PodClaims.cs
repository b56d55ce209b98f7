using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins;

/// <summary>The PersistentVolumeClaims that a pod's volumes name.</summary>
internal static class PodClaims
{
    /// <summary>The name of the claim behind a volume, and whether the claim is the pod's own; null where there is none.</summary>
    /// <remarks>A generic ephemeral volume's claim is named <c>&lt;pod&gt;-&lt;volume&gt;</c> (KEP-1698).</remarks>
    public static (string Name, bool IsEphemeral)? Of(Pod pod, Volume volume) => volume.VolumeSource switch
    {
        { PersistentVolumeClaim: { } claim } => (claim.ClaimName, false),
        { Ephemeral: not null } => ($"{pod.Metadata.Name}-{volume.Name}", true),
        _ => null,
    };

    /// <summary>The names of all claims of a pod.</summary>
    public static IEnumerable<string> Names(PodInfo pod)
    {
        foreach (var volume in pod.Pod.Spec.Volumes)
        {
            if (Of(pod.Pod, volume) is var (name, _)) yield return name;
        }
    }

    /// <summary>Whether any of its volumes stands for a claim.</summary>
    public static bool Any(PodInfo pod)
    {
        foreach (var volume in pod.Pod.Spec.Volumes)
        {
            if (volume.VolumeSource is { PersistentVolumeClaim: not null } or { Ephemeral: not null }) return true;
        }
        return false;
    }

    /// <summary>The claim's class: the old annotation wins over the field.</summary>
    public static string ClassOf(PersistentVolumeClaim claim) =>
        claim.Metadata.Annotations.TryGetValue("volume.beta.kubernetes.io/storage-class", out var name) ? name : claim.Spec.StorageClassName;

    /// <summary>Whether the claim has a volume for good: it names one, and the binding controller has said that it is done.</summary>
    public static bool IsBound(PersistentVolumeClaim claim) =>
        claim.Spec.VolumeName.Length > 0 && claim.Metadata.Annotations.ContainsKey("pv.kubernetes.io/bind-completed");
}
