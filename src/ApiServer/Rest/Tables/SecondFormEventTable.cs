using MiniK8s.ApiServer.Registry.Events;
using MiniK8s.Protocol.Events.V1;

namespace MiniK8s.ApiServer.Rest.Tables;

/// <summary>Events of events.k8s.io are printed as core's are.</summary>
internal sealed class SecondFormEventTable() : KindTable<Event>(Event.Descriptor, [.. Core.Columns])
{
    private static readonly EventTable Core = new();

    protected override TableRow Row(Event obj, DateTimeOffset now) => ((IKindTable)Core).Row(EventForms.ToCore(obj), now);
}
