using System.Collections.Immutable;

using MiniK8s.Kubelet.Runtime;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Stats;

/// <summary>What one pod has in use.</summary>
/// <param name="Containers">Those that run, the newest instance of each.</param>
/// <param name="Volumes">Of its emptyDir and configMap volumes, by name; its hosts file is in none of them.</param>
/// <param name="Other">Files of the pod itself.</param>
internal sealed record PodUsage(ImmutableArray<ContainerUsage> Containers, IReadOnlyDictionary<string, FileUsage> Volumes, FileUsage Other)
{
    public long Memory => Containers.Sum(container => container.Memory);

    public long Processes => Containers.Sum(container => container.Processes);

    /// <summary>What counts as ephemeral storage: writable layers, logs, and volumes that live on the node's disk.</summary>
    public FileUsage LocalStorage(PodSpec spec) => Containers.Aggregate(Other, (sum, container) => sum + container.Files)
        + spec.Volumes.Where(IsOnDisk).Aggregate(default(FileUsage), (sum, volume) => sum + Volumes.GetValueOrDefault(volume.Name));

    private static bool IsOnDisk(Volume volume) => volume.VolumeSource switch
    {
        null => true,
        { EmptyDir: { } empty } => empty.Medium != "Memory",
        { ConfigMap: not null } => true,
        _ => false,
    };
}

/// <summary>What one container has in use; its files are its writable layer and its log.</summary>
internal readonly record struct ContainerUsage(string Name, long CpuMillis, long Memory, FileUsage Files, long Processes);
