namespace MiniK8s.ApiServer.Registry.Endpoints;

/// <summary>Endpoints.</summary>
internal sealed class EndpointsStrategy : ResourceStrategy<Protocol.Core.V1.Endpoints>
{
    /// <inheritdoc/>
    public override bool AllowsCreateOnUpdate => true;
}
