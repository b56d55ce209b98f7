using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.ResourceQuotas;

/// <summary>ResourceQuotas.</summary>
internal sealed class ResourceQuotaStrategy : SpecStatusStrategy<ResourceQuota>
{
    /// <inheritdoc/>
    protected override bool HasGeneration => false;
}
