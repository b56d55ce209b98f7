using MiniK8s.Protocol.Events.V1;

namespace MiniK8s.Api.Objects;

/// <summary>Kinds that are a second form of a stored one: the same objects in another group, with other names for some fields.</summary>
public static class SecondForms
{
    /// <summary>Events, as events.k8s.io has them; stored as core's.</summary>
    public static ApiKind Event { get; } = new(Protocol.Events.V1.Event.Descriptor, EventList.Descriptor, new()
    {
        Group = "events.k8s.io", Version = "v1", Plural = "events", Singular = "event", Namespaced = true, ShortNames = { "ev" },
    });
}
