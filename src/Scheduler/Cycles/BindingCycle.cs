using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Writes down that an assumed pod goes to its node, or takes it all back.</summary>
internal sealed partial class BindingCycle(
    SchedulerCache cache, SchedulingQueue queue, PodReports reports, AttemptLog attempts, SchedulerMetrics metrics,
    ILogger<BindingCycle> logger)
{
    private static readonly IReadOnlySet<string> NoPlugin = new HashSet<string>();

    public async Task RunAsync(Placement placement, CancellationToken stopping)
    {
        var (queued, pod, plugins, state, node, attempt) = placement;
        try
        {
            foreach (var plugin in plugins.PreBinds) await plugin.PreBindAsync(state, pod, node, stopping);
            await plugins.Binder.BindAsync(pod, node, stopping);
        }
        catch (Exception ex) when (!stopping.IsCancellationRequested)
        {
            LogBindFailed(logger, pod.Key.ToString(), node, ex.Message);
            attempts.End(attempt, AttemptOutcome.Failed(ex.Message));
            metrics.CountAttempt(SchedulerMetrics.Error);
            Undo(placement);
            await ReturnAsync(queued, pod, ex, stopping);
            return;
        }
        attempts.End(attempt, AttemptOutcome.Bound(plugins.Binder.Name));
        metrics.CountAttempt(SchedulerMetrics.Scheduled);
        LogBound(logger, pod.Key.ToString(), node);
        reports.Scheduled(pod, node);
        foreach (var plugin in plugins.PostBinds) plugin.PostBind(state, pod, node);
    }

    /// <summary>Gives back what the pod was to have; others may have been waiting for it.</summary>
    public void Undo(Placement placement)
    {
        foreach (var plugin in placement.Plugins.Reserves.Reverse()) plugin.Unreserve(placement.State, placement.Pod, placement.Node);
        cache.Forget(placement.Pod);
        queue.Tell(new ClusterEvent.AssignedPodDeleted(placement.Pod));
    }

    // Gone, or given a node by someone else: what the watch says about it decides, and there is nobody to tell.
    private async Task ReturnAsync(QueuedPod queued, PodInfo pod, Exception error, CancellationToken stopping)
    {
        try
        {
            if (error is not ApiException { Status.Code: 404 or 409 }) await reports.FailedAsync(pod, "SchedulerError", error.Message, nominatedNode: "", stopping);
        }
        finally
        {
            queue.Return(queued, NoPlugin);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Pod} is bound to {Node}")]
    private static partial void LogBound(ILogger logger, string pod, string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Pod} could not be bound to {Node}, will retry: {Reason}")]
    private static partial void LogBindFailed(ILogger logger, string pod, string node, string reason);
}

/// <summary>A pod on its way to a node.</summary>
internal sealed record Placement(QueuedPod Queued, PodInfo Pod, PluginSet Plugins, CycleState State, string Node, Attempt Attempt);
