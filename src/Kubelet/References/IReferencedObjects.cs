using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Nodes.V1;

namespace MiniK8s.Kubelet.References;

/// <summary>The ConfigMaps, Secrets and RuntimeClasses that pods refer to, as they are at the moment of the call.</summary>
internal interface IReferencedObjects
{
    /// <summary>Null when there is none.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">It could not be read, for any other reason than its absence.</exception>
    Task<ConfigMap?> ConfigMapAsync(string ns, string name, CancellationToken ct);

    /// <summary>Null when there is none.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">It could not be read, for any other reason than its absence.</exception>
    Task<Secret?> SecretAsync(string ns, string name, CancellationToken ct);

    /// <summary>Null when there is none.</summary>
    /// <exception cref="MiniK8s.Api.Errors.ApiException">It could not be read, for any other reason than its absence.</exception>
    Task<RuntimeClass?> RuntimeClassAsync(string name, CancellationToken ct);
}
