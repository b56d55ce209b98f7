using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.LimitRanges;

/// <summary>LimitRanges.</summary>
internal sealed class LimitRangeStrategy : ResourceStrategy<LimitRange>
{
    /// <inheritdoc/>
    public override bool AllowsCreateOnUpdate => true;
}
