using MiniK8s.Protocol.Scheduling.V1;

namespace MiniK8s.ApiServer.Registry.PriorityClasses;

/// <summary>PriorityClasses; their generation stays 1, since what could count is fixed.</summary>
internal sealed class PriorityClassStrategy : ResourceStrategy<PriorityClass>
{
    /// <inheritdoc/>
    protected override void PrepareForCreate(PriorityClass obj) => obj.Metadata.Generation = 1;
}
