using MiniK8s.Protocol.Nodes.V1;

namespace MiniK8s.ApiServer.Registry.RuntimeClasses;

/// <summary>RuntimeClasses.</summary>
internal sealed class RuntimeClassStrategy : ResourceStrategy<RuntimeClass>
{
    /// <inheritdoc/>
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc/>
    public override bool AllowsUnconditionalUpdate => false;
}
