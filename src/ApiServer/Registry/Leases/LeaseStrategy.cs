using MiniK8s.Protocol.Coordination.V1;

namespace MiniK8s.ApiServer.Registry.Leases;

/// <summary>Leases are locks, so an update must say what it has seen.</summary>
internal sealed class LeaseStrategy : ResourceStrategy<Lease>
{
    /// <inheritdoc/>
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc/>
    public override bool AllowsUnconditionalUpdate => false;
}
