using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.ContainerConfigs;

/// <summary>What a container runs as: its own settings over its pod's [pkg/securitycontext, kuberuntime/security_context.go].</summary>
internal static class SecurityContexts
{
    /// <summary>Merged.</summary>
    public static Runtime.SecurityContext Merge(PodSecurityContext? pod, SecurityContext? own) => new()
    {
        RunAsUser = own is { HasRunAsUser: true } ? own.RunAsUser : pod is { HasRunAsUser: true } ? pod.RunAsUser : null,
        RunAsGroup = own is { HasRunAsGroup: true } ? own.RunAsGroup : pod is { HasRunAsGroup: true } ? pod.RunAsGroup : null,
        SupplementalGroups = pod is null ? [] : [.. pod.SupplementalGroups, .. pod.HasFsGroup ? [pod.FsGroup] : Array.Empty<long>()],
        ReadOnlyRootFilesystem = own?.ReadOnlyRootFilesystem ?? false,
        Privileged = own?.Privileged ?? false,
        SysPtrace = own?.Capabilities?.Add.Any(name => name is "SYS_PTRACE" or "ALL") ?? false,
    };

    /// <summary>Whether a container that must not run as root would.</summary>
    /// <exception cref="ContainerConfigException">It would, or it cannot be told.</exception>
    public static void DemandNonRoot(Pod pod, Container container, Runtime.SecurityContext merged, Runtime.ImageInfo? image)
    {
        var (shared, own) = (pod.Spec.SecurityContext, container.SecurityContext);
        if (!(own is { HasRunAsNonRoot: true } ? own.RunAsNonRoot : shared?.RunAsNonRoot ?? false)) return;

        var where = $"(pod: \"{pod.Format()}\", container: {container.Name})";
        if (merged.RunAsUser is { } user)
        {
            if (user == 0) throw new ContainerConfigException($"container's runAsUser breaks non-root policy {where}");
            return;
        }
        if (image is { Uid: null, Username.Length: > 0 })
            throw new ContainerConfigException($"container has runAsNonRoot and image has non-numeric user ({image.Username}), cannot verify user is non-root {where}");
        if (image?.Uid is null or 0) throw new ContainerConfigException($"container has runAsNonRoot and image will run as root {where}");
    }
}
