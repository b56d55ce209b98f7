using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Status;

/// <summary>What the kubelet does to Pods at the apiserver.</summary>
internal interface IPodApi
{
    /// <summary>Null when there is no such pod.</summary>
    Task<Pod?> GetAsync(string ns, string name, CancellationToken ct);

    /// <summary>Creates a mirror pod.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">There is one of this name, or it is refused.</exception>
    Task<Pod> CreateAsync(Pod mirror, CancellationToken ct);

    /// <summary>Replaces the status; null when the pod is gone or has changed since it was read (its resourceVersion says).</summary>
    Task<Pod?> TryUpdateStatusAsync(Pod pod, CancellationToken ct);

    /// <summary>The final delete: grace 0, and only if the pod still has this uid. No error when it is gone already.</summary>
    Task DeleteAsync(string ns, string name, string uid, CancellationToken ct);
}
