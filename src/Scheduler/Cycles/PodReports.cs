using MiniK8s.Api.Errors;
using MiniK8s.Client.Events;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Tells users what became of a pod: events, and the condition PodScheduled.</summary>
internal sealed partial class PodReports(IApiClient api, IEventRecorder events, TimeProvider time, ILogger<PodReports> logger)
{
    private const string Condition = "PodScheduled";

    public void Scheduled(PodInfo pod, string node) => EventsOf(pod).Record(
        pod.Pod, EventTypes.Normal, "Scheduled", $"Successfully assigned {pod.Key} to {node}", "Binding");

    public void SkippedDeleting(PodInfo pod) => EventsOf(pod).Record(
        pod.Pod, EventTypes.Warning, "FailedScheduling", $"skip schedule deleting pod: {pod.Key}", "Scheduling");

    /// <summary>Says that the pod was not scheduled. A server that does not take it is logged; the next attempt says it again.</summary>
    /// <param name="pod">As it was tried.</param>
    /// <param name="reason"><c>Unschedulable</c>, or <c>SchedulerError</c>.</param>
    /// <param name="message">Why, in full.</param>
    /// <param name="nominatedNode">The node that is being cleared for it; "" for none, null where what its status says holds.</param>
    /// <param name="ct">Stops the write.</param>
    /// <param name="ifUnchanged">Whether the status is left as it is where the pod has changed since it was tried.</param>
    public async Task FailedAsync(PodInfo pod, string reason, string message, string? nominatedNode, CancellationToken ct, bool ifUnchanged = false)
    {
        EventsOf(pod).Record(pod.Pod, EventTypes.Warning, "FailedScheduling", message, "Scheduling");
        var condition = new PodCondition { Type = Condition, Status = "False", Reason = reason, Message = message };
        if (PodStatusPatch.Of(pod.Pod, condition, nominatedNode, time, ifUnchanged) is not { } patch) return;
        try
        {
            await api.Resource<Pod>().PatchAsync(pod.Key.Namespace, pod.Key.Name, PatchType.StrategicMergePatch, patch, "status", ct);
        }
        catch (ApiException ex)
        {
            LogNotSaid(logger, pod.Key.ToString(), ex.Message);
        }
    }

    // Events are the profile's, whose name the pod asked for.
    private IEventRecorder EventsOf(PodInfo pod) => events.As(pod.Pod.Spec.SchedulerName);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Condition of {Pod} not written, the next attempt will: {Reason}")]
    private static partial void LogNotSaid(ILogger logger, string pod, string reason);
}
