using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>Where pod workers leave the statuses of their pods; nothing here blocks or fails.</summary>
internal interface IPodStatuses
{
    /// <summary>A status to publish.</summary>
    /// <param name="pod">The pod as its worker has it.</param>
    /// <param name="status">Its status.</param>
    /// <param name="mayStillRun">A terminal phase is held back until it no longer may.</param>
    void Set(Pod pod, PodStatus status, bool mayStillRun);

    /// <summary>The pod has changed at the apiserver.</summary>
    void Observe(Pod pod);

    /// <summary>The pod has ended and is gone.</summary>
    void Forget(Pod pod);
}
