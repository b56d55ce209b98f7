using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Registry.Events;

/// <summary>Events pass away after an hour.</summary>
internal sealed class EventStrategy : ResourceStrategy<Event>
{
    /// <inheritdoc/>
    public override bool AllowsCreateOnUpdate => true;

    /// <inheritdoc/>
    public override TimeSpan? TimeToLive { get; } = TimeSpan.FromHours(1);
}
