using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Volumes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.ContainerConfigs;

/// <summary>Where a container's volumes, and the hosts file, lie on the node [pkg/kubelet/kubelet_pods.go makeMounts].</summary>
internal static class ContainerMounts
{
    public const string HostsPath = "/etc/hosts";

    /// <param name="variables">The container's environment, for subPathExpr.</param>
    /// <param name="files">The node's, where the volumes are.</param>
    /// <exception cref="ContainerConfigException">A mount names no volume, its subPathExpr a variable that is not there, or its path leads out of the volume or through a file.</exception>
    public static IEnumerable<Mount> Of(Pod pod, Container container, IReadOnlyList<Runtime.EnvVar> variables, INodeFiles files)
    {
        foreach (var mount in container.VolumeMounts)
        {
            var volume = pod.Spec.Volumes.FirstOrDefault(v => v.Name == mount.Name)
                ?? throw new ContainerConfigException($"cannot find volume \"{mount.Name}\" to mount into container \"{container.Name}\"");
            var root = VolumePaths.OfVolume(pod.Metadata.Uid, volume);
            var below = mount.SubPathExpr.Length > 0 ? Expand(mount.SubPathExpr, variables) : mount.SubPath;
            if (below.StartsWith('/')) throw new ContainerConfigException($"error SubPath `{below}` must not be an absolute path");
            if (below.Split('/').Contains("..")) throw new ContainerConfigException($"unable to provision SubPath `{below}`: must not contain '..'");
            if (LeadsThroughAFile(files, root, below))
                throw new ContainerConfigException($"failed to prepare subPath for volumeMount \"{mount.Name}\" of container \"{container.Name}\"");
            yield return new Mount(below.Length > 0 ? $"{root}/{below}" : root, mount.MountPath, mount.ReadOnly || HoldsFiles(volume));
        }
        if (container.VolumeMounts.All(m => m.MountPath != HostsPath)) yield return new Mount(VolumePaths.HostsFile(pod.Metadata.Uid), HostsPath);
    }

    // What the kubelet writes there is not for containers to change.
    private static bool HoldsFiles(Volume volume) => volume.VolumeSource is { ConfigMap: not null } or { Secret: not null } or { DownwardApi: not null } or { Projected: not null };

    private static bool LeadsThroughAFile(INodeFiles files, string root, string below)
    {
        var parts = below.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return Enumerable.Range(0, parts.Length).Any(count => files.KindOf(string.Join('/', parts[..count].Prepend(root))) == NodePathKind.File);
    }

    private static string Expand(string expression, IReadOnlyList<Runtime.EnvVar> variables)
    {
        var missing = new SortedSet<string>(StringComparer.Ordinal);
        var expanded = Expansion.Expand(expression, name =>
        {
            var value = variables.FirstOrDefault(v => v.Name == name)?.Value;
            if (string.IsNullOrEmpty(value)) missing.Add(name);
            return value;
        });
        return missing.Count == 0 ? expanded : throw new ContainerConfigException($"missing value for {string.Join(", ", missing)}");
    }
}
