using MiniK8s.Api.Errors;
using MiniK8s.Client.Events;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.DefaultPreemption;

/// <summary>Removes pods for another, each with its own grace: first its status says why, then it is deleted like any other.</summary>
/// <remarks>
/// A victim that is being deleted already is left to that; one that is gone, or another pod by now, is done with; one that only waits for permission
/// to be bound is rejected instead, and keeps its object.
/// Source: prepareCandidate, pkg/scheduler/framework/preemption/preemption.go.
/// </remarks>
internal sealed class Evictions(PluginContext context)
{
    private readonly IResourceClient<Pod> _pods = context.Api.Resource<Pod>();

    /// <summary>Evicts all victims at once. Throws the first refusal when all have been asked.</summary>
    public Task EvictAsync(PodInfo preemptor, string node, IEnumerable<PodInfo> victims, CancellationToken ct) => Task.WhenAll(
        victims.Where(victim => victim.Pod.Metadata.DeletionTimestamp is null).Select(victim => EvictAsync(preemptor, node, victim.Pod, ct)));

    /// <summary>Takes the nomination from the status of a pod that was to have the node.</summary>
    public Task ClearNominationAsync(PodInfo pod, CancellationToken ct) => IgnoreGoneAsync(() =>
        _pods.PatchAsync(pod.Key.Namespace, pod.Key.Name, PatchType.StrategicMergePatch, PodStatusPatch.WithoutNomination(pod.Pod), "status", ct));

    private async Task EvictAsync(PodInfo preemptor, string node, Pod victim, CancellationToken ct)
    {
        var isRejected = context.Waiting.TryFind(victim.Metadata.Uid, out var waiting) && waiting.Reject(DefaultPreemption.PluginName, "preempted");
        if (!isRejected && !await IgnoreGoneAsync(() => RemoveAsync(preemptor, victim, ct))) return;
        context.Events.As(preemptor.Pod.Spec.SchedulerName).Record(victim, EventTypes.Normal, "Preempted", $"Preempted by pod {preemptor.Uid} on node {node}", "Preempting");
    }

    private async Task RemoveAsync(PodInfo preemptor, Pod victim, CancellationToken ct)
    {
        var (ns, name) = (victim.Metadata.Namespace, victim.Metadata.Name);
        var condition = new PodCondition
        {
            Type = "DisruptionTarget",
            Status = "True",
            Reason = DefaultPreemption.EvictionReason,
            Message = $"{preemptor.Pod.Spec.SchedulerName}: preempting to accommodate a higher priority pod",
        };
        if (PodStatusPatch.Of(victim, condition, nominatedNode: null, context.Time) is { } patch)
            await _pods.PatchAsync(ns, name, PatchType.StrategicMergePatch, patch, "status", ct);
        await _pods.DeleteAsync(ns, name, new DeleteOptions { Preconditions = new Preconditions { Uid = victim.Metadata.Uid } }, ct);
    }

    // Says whether the pod was there.
    private static async Task<bool> IgnoreGoneAsync(Func<Task> write)
    {
        try
        {
            await write();
            return true;
        }
        catch (ApiException refusal) when (refusal.Status.Code is 404 or 409)
        {
            return false;
        }
    }
}
