using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Volumes;

/// <summary>Where a pod's files are on its node; the places are Kubernetes' own.</summary>
internal static class VolumePaths
{
    /// <summary>Everything of one pod.</summary>
    public static string OfPod(string uid) => $"/var/lib/kubelet/pods/{uid}";

    public static string HostsFile(string uid) => $"{OfPod(uid)}/etc-hosts";

    /// <summary>Where a volume's content is; for a hostPath volume the path itself.</summary>
    public static string OfVolume(string podUid, Volume volume) => volume.VolumeSource switch
    {
        { HostPath: { } host } => host.Path,
        { ConfigMap: not null } => Plugin(podUid, "configmap", volume),
        { Secret: not null } => Plugin(podUid, "secret", volume),
        { DownwardApi: not null } => Plugin(podUid, "downward-api", volume),
        { Projected: not null } => Plugin(podUid, "projected", volume),
        _ => Plugin(podUid, "empty-dir", volume),
    };

    private static string Plugin(string podUid, string plugin, Volume volume) => $"{OfPod(podUid)}/volumes/kubernetes.io~{plugin}/{volume.Name}";
}
