using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.ContainerConfigs;

/// <summary>The Services of the cluster, for the variables that name them.</summary>
internal interface IServices
{
    /// <summary>Whether they have been read once.</summary>
    bool HasSynced { get; }

    /// <summary>All there are; null while they have not been read once.</summary>
    Task<IReadOnlyList<Service>?> ListAsync(CancellationToken ct);
}
