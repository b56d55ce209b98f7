using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>Where the kubelet's events go; never blocks and never fails.</summary>
internal interface IPodEvents
{
    /// <param name="pod">The pod it is about.</param>
    /// <param name="type">Normal or Warning.</param>
    /// <param name="reason">One word, as Kubernetes spells it.</param>
    /// <param name="message">The text a user reads.</param>
    /// <param name="container">The container it is about; null for the pod as a whole.</param>
    void Record(Pod pod, string type, string reason, string message, string? container = null);

    /// <summary>The same of the pod as a whole, with annotations for those who evaluate events.</summary>
    void Record(Pod pod, string type, string reason, string message, IReadOnlyDictionary<string, string> annotations) => Record(pod, type, reason, message);
}

internal static class PodEventsExtensions
{
    public static void Normal(this IPodEvents events, Pod pod, string reason, string message, string? container = null) =>
        events.Record(pod, "Normal", reason, message, container);

    public static void Warning(this IPodEvents events, Pod pod, string reason, string message, string? container = null) =>
        events.Record(pod, "Warning", reason, message, container);
}
