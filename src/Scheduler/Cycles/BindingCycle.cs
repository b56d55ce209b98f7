using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Writes down that an assumed pod goes to its node, or takes it all back.</summary>
internal sealed partial class BindingCycle(
    SchedulerCache cache, SchedulingQueue queue, WaitingPods waiting, CycleWorkers workers, PodReports reports, AttemptLog attempts,
    SchedulerMetrics metrics, ILogger<BindingCycle> logger)
{
    private static readonly IReadOnlySet<string> NoPlugin = new HashSet<string>();

    /// <summary>The cycle begins when all of the plugins have given leave, and ends without a binding when one refuses it or its time runs out. Until then it takes no worker.</summary>
    /// <remarks>Source: WaitOnPermit, pkg/scheduler/framework/runtime/framework.go.</remarks>
    public void WaitOnPermit(Placement placement, IReadOnlyList<(string Plugin, TimeSpan Timeout)> plugins)
    {
        LogWaits(logger, placement.Pod.Key.ToString(), placement.Node, string.Join(", ", plugins.Select(each => each.Plugin)));
        queue.StartWaiting(placement.Queued, plugins.Select(each => each.Plugin).ToHashSet());
        var began = metrics.Begin();
        waiting.Add(placement.Pod, plugins, verdict =>
        {
            metrics.EndPermitWait(began, verdict.Status.Code);
            workers.AddPermitted(ct => EndWaitAsync(placement, verdict, ct));
        });
        // The feed takes a pod from the queue first and looks for it among the waiting then: one that went before it was here would keep its room for minutes.
        if (!queue.Has(placement.Queued)) waiting.Reject(placement.Pod.Uid);
    }

    public async Task RunAsync(Placement placement, CancellationToken stopping)
    {
        var (queued, pod, plugins, state, node, attempt) = placement;
        var (began, point) = (metrics.Begin(), ExtensionPoint.PreBind);
        try
        {
            foreach (var plugin in plugins.PreBinds)
            {
                var asked = metrics.Begin();
                await plugin.PreBindAsync(state, pod, node, stopping);
                state.Timer?.End(asked, plugin, point, StatusCode.Success);
            }
            metrics.EndPoint(began, point, StatusCode.Success, attempt.SchedulerName);
            (began, point) = (metrics.Begin(), ExtensionPoint.Bind);
            await plugins.Binder.BindAsync(pod, node, stopping);
            state.Timer?.End(began, plugins.Binder, point, StatusCode.Success);
            metrics.EndPoint(began, point, StatusCode.Success, attempt.SchedulerName);
        }
        catch (Exception ex) when (!stopping.IsCancellationRequested)
        {
            LogBindFailed(logger, pod.Key.ToString(), node, ex.Message);
            attempts.End(attempt, AttemptOutcome.Failed(ex.Message));
            metrics.EndPoint(began, point, SchedulerMetrics.Fault, attempt.SchedulerName);
            metrics.EndAttempt(attempt, SchedulerMetrics.Error);
            Undo(placement);
            // Gone, or given a node by someone else, or by us where only the answer was lost: what the watch says about it decides, and there is nobody to tell.
            var isSettled = ex is ApiException { Status.Code: 404 or 409 } || !queue.Has(queued);
            // The binding may be in all the same: then the pod has changed, and what the server has said of it there stands.
            await ReturnAsync(queued, pod, isSettled ? null : "SchedulerError", ex.Message, NoPlugin, stopping, ifUnchanged: true);
            return;
        }
        attempts.End(attempt, AttemptOutcome.Bound(plugins.Binder.Name));
        metrics.EndAttempt(attempt, SchedulerMetrics.Scheduled);
        metrics.CountScheduled(attempt.Number, queued.FirstActive);
        LogBound(logger, pod.Key.ToString(), node);
        reports.Scheduled(pod, node);
        PostBind(placement);
    }

    private void PostBind(Placement placement)
    {
        var began = metrics.Begin();
        foreach (var plugin in placement.Plugins.PostBinds)
        {
            var asked = metrics.Begin();
            plugin.PostBind(placement.State, placement.Pod, placement.Node);
            placement.State.Timer?.End(asked, plugin, ExtensionPoint.PostBind, StatusCode.Success);
        }
        metrics.EndPoint(began, ExtensionPoint.PostBind, StatusCode.Success, placement.Attempt.SchedulerName);
    }

    /// <summary>Gives back what the pod was to have; others may have been waiting for it.</summary>
    public void Undo(Placement placement)
    {
        foreach (var plugin in placement.Plugins.Reserves.Reverse()) plugin.Unreserve(placement.State, placement.Pod, placement.Node);
        cache.Forget(placement.Pod);
        queue.Tell(new ClusterEvent.AssignedPodDeleted(placement.Pod));
    }

    private async Task EndWaitAsync(Placement placement, WaitVerdict verdict, CancellationToken stopping)
    {
        var (queued, pod, _, _, node, attempt) = placement;
        if (verdict.Status.IsSuccess)
        {
            queue.StartBinding(queued);
            await RunAsync(placement, stopping);
            return;
        }
        var message = Rejections.Describe(verdict.Status);
        LogRefused(logger, pod.Key.ToString(), node, message);
        attempts.End(attempt, AttemptOutcome.Rejected(message, verdict.Plugin));
        metrics.EndAttempt(attempt, SchedulerMetrics.Unschedulable);
        Undo(placement);
        await ReturnAsync(queued, pod, queue.Has(queued) ? "Unschedulable" : null, message, new HashSet<string> { verdict.Plugin }, stopping);
    }

    // Users first, if there is anything to tell them.
    private async Task ReturnAsync(QueuedPod queued, PodInfo pod, string? reason, string message, IReadOnlySet<string> rejectedBy, CancellationToken stopping, bool ifUnchanged = false)
    {
        try
        {
            if (reason is not null) await reports.FailedAsync(pod, reason, message, nominatedNode: "", stopping, ifUnchanged);
        }
        finally
        {
            queue.Return(queued, rejectedBy);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Pod} waits to be bound to {Node} until {Plugins} allow it")]
    private static partial void LogWaits(ILogger logger, string pod, string node, string plugins);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Pod} was not allowed to be bound to {Node}: {Message}")]
    private static partial void LogRefused(ILogger logger, string pod, string node, string message);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Pod} is bound to {Node}")]
    private static partial void LogBound(ILogger logger, string pod, string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Pod} could not be bound to {Node}, will retry: {Reason}")]
    private static partial void LogBindFailed(ILogger logger, string pod, string node, string reason);
}

/// <summary>A pod on its way to a node.</summary>
internal sealed record Placement(QueuedPod Queued, PodInfo Pod, PluginSet Plugins, CycleState State, string Node, Attempt Attempt);
