using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>The pod's volumes on the node.</summary>
internal interface IPodVolumes
{
    /// <summary>Makes every volume ready for its containers; a volume that is ready already is brought up to date.</summary>
    /// <exception cref="VolumeException">A volume cannot be set up yet.</exception>
    Task MountAsync(Pod pod, CancellationToken ct);

    /// <summary>Takes the pod's volumes away.</summary>
    Task UnmountAsync(Pod pod, CancellationToken ct);
}

/// <summary>A volume cannot be set up; the message is the event's.</summary>
internal sealed class VolumeException(string message) : Exception(message);
