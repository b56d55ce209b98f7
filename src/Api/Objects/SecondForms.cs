namespace MiniK8s.Api.Objects;

/// <summary>Kinds that are a second form of a stored one: the same objects in another group or version, with other fields.</summary>
public static class SecondForms
{
    /// <summary>Events, as events.k8s.io has them; stored as core's.</summary>
    public static ApiKind Event { get; } = new(Protocol.Events.V1.Event.Descriptor, Protocol.Events.V1.EventList.Descriptor, new()
    {
        Group = "events.k8s.io", Version = "v1", Plural = "events", Singular = "event", Namespaced = true, ShortNames = { "ev" },
    });

    /// <summary>HorizontalPodAutoscalers, as autoscaling/v1 has them; stored as those of v2.</summary>
    public static ApiKind HorizontalPodAutoscaler { get; } = new(
        Protocol.Autoscaling.V1.HorizontalPodAutoscaler.Descriptor, Protocol.Autoscaling.V1.HorizontalPodAutoscalerList.Descriptor, new()
        {
            Group = "autoscaling", Version = "v1", Plural = "horizontalpodautoscalers", Singular = "horizontalpodautoscaler", Namespaced = true,
            ShortNames = { "hpa" }, Categories = { "all" }, Subresources = { "status" },
        });

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ApiKind> All { get; } = [Event, HorizontalPodAutoscaler];
}
