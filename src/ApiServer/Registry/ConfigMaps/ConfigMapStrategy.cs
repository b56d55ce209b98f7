using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.ConfigMaps;

/// <summary>ConfigMaps.</summary>
internal sealed class ConfigMapStrategy : ResourceStrategy<ConfigMap>
{
    /// <inheritdoc/>
    public override string? IndexedField => "metadata.name";
}
