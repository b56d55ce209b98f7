using System.Collections.Immutable;

using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Volumes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Stats;

/// <summary>Looks up what pods have in use: one at a time, and only when there is a reason.</summary>
internal sealed class PodUsages(IContainerRuntime runtime, INodeFiles files)
{
    /// <summary>Null while the runtime has no sandbox for it; before its first container and between two it has little more than that in use.</summary>
    public async Task<PodUsage?> OfAsync(Pod pod, CancellationToken ct)
    {
        var containers = ImmutableArray.CreateBuilder<ContainerUsage>();
        foreach (var container in await runtime.ListContainersAsync(pod.Metadata.Uid, ct))
        {
            if (await runtime.ContainerStatsAsync(container.Id, ct) is { } stats) containers.Add(new(container.Name, stats.CpuMillis, stats.MemoryBytes, stats.Files, stats.Processes));
        }
        if (containers.Count == 0 && !(await runtime.ListPodSandboxesAsync(pod.Metadata.Uid, ct)).Any(sandbox => sandbox.State == PodSandboxState.Ready)) return null;
        return new(
            containers.ToImmutable(),
            pod.Spec.Volumes.Where(volume => volume.VolumeSource is not { HostPath: not null }).ToDictionary(volume => volume.Name, volume => files.UsageOf(VolumePaths.OfVolume(pod.Metadata.Uid, volume))),
            files.UsageOf(VolumePaths.HostsFile(pod.Metadata.Uid)));
    }
}
