using MiniK8s.Protocol.Storage.V1;

namespace MiniK8s.ApiServer.Registry.CSINodes;

/// <summary>CSINodes.</summary>
internal sealed class CSINodeStrategy : ResourceStrategy<CSINode>
{
    /// <inheritdoc/>
    public override bool AllowsUnconditionalUpdate => false;
}
