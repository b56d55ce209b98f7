using MiniK8s.Protocol.V1;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Takes one pod after another, decides, assumes, and leaves the writing to <see cref="CycleWorkers"/>.</summary>
/// <remarks>
/// | the pod             | assumed | written by a worker                                         | in the queue then        |
/// |---------------------|---------|-------------------------------------------------------------|--------------------------|
/// | is being deleted    | no      | event                                                       | removed                  |
/// | has a node already  | no      | nothing                                                     | removed                  |
/// | gets a node         | yes     | the binding; event Scheduled                                | Binding, until heard of  |
/// | the same, may wait  | yes     | the same when plugins permit it; else as if it fitted not   | Waiting, then Binding    |
/// | fits nowhere        | no      | event FailedScheduling; PodScheduled=False, Unschedulable   | Unschedulable            |
/// | the same, with help | no      | first the victims' evictions; then the same                 | Unschedulable            |
/// | the same, in vain   | no      | the same, with what the server said of the evictions        | Backoff                  |
/// | fails by our fault  | no      | the same with SchedulerError                                | Backoff                  |
/// A pod's nomination is taken note of at once, since the next pods must leave it the room; the status that says so is written with the rest.
/// A pod that goes, or is given a node by someone else, while it is tried is out of the queue by then: for it no room is kept, nobody is evicted, and
/// nothing is said.
/// </remarks>
internal sealed partial class SchedulerLoop(
    SchedulingCycle cycle, BindingCycle binding, Profiles profiles, SchedulerCache cache, SchedulingQueue queue,
    NominatedPods nominated, CycleWorkers workers, PodReports reports, AttemptLog attempts, SchedulerMetrics metrics, ILogger<SchedulerLoop> logger)
{
    private static readonly IReadOnlySet<string> NoPlugin = new HashSet<string>();
    private readonly Snapshot _snapshot = new([]);

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true) await StepAsync(await queue.TakeAsync(stopping), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped(logger);
        }
    }

    internal async Task StepAsync(QueuedPod queued, CancellationToken stopping)
    {
        var pod = queued.Pod;
        if (pod.Pod.Metadata.DeletionTimestamp is not null)
        {
            reports.SkippedDeleting(pod);
            queue.Remove(pod.Key);
            return;
        }
        if (cache.HasPod(pod.Uid))
        {
            queue.Remove(pod.Key);
            return;
        }
        if (Try(queued, pod) is { } write) await workers.AddAsync(write, stopping);
    }

    // Decides now; answers what is left to write, if that need not wait.
    private Func<CancellationToken, Task>? Try(QueuedPod queued, PodInfo pod)
    {
        var profile = profiles.Of(pod);
        var trial = attempts.Begin(queued, profile.Plugins, nominated, metrics.Sample());
        try
        {
            cache.Refresh(_snapshot);
            var began = metrics.Begin();
            var decision = cycle.Decide(profile, trial.State, pod, _snapshot, trial.Trace);
            metrics.EndDecision(began);
            var attempt = attempts.Add(trial, _snapshot, decision);
            return decision switch
            {
                Decision.Place place => Place(new Placement(queued, pod, profile.Plugins, trial.State, place.Node, attempt)),
                Decision.Reject reject => Reject(queued, pod, reject, attempt, AttemptOutcome.Rejected(reject.Message)),
                var other => throw new InvalidOperationException($"Unknown decision {other}."),
            };
        }
        catch (Exception ex)
        {
            LogFailed(logger, pod.Key.ToString(), ex);
            return Reject(queued, pod, new Decision.Reject(ex.Message, NoPlugin), attempts.Add(trial, _snapshot, null), AttemptOutcome.Failed(ex.Message));
        }
    }

    private Func<CancellationToken, Task>? Place(Placement placement)
    {
        cache.Assume(placement.Pod, placement.Node);
        Nominate(placement.Queued, placement.Pod, placement.Node);
        nominated.Remove(placement.Pod.Uid);
        if (Ask(placement, out var waits) is var (plugin, status))
        {
            binding.Undo(placement);
            var reject = new Decision.Reject(Rejections.Describe(status), new HashSet<string> { plugin });
            return Reject(placement.Queued, placement.Pod, reject, placement.Attempt, AttemptOutcome.Rejected(reject.Message, plugin));
        }
        if (waits is not null)
        {
            binding.WaitOnPermit(placement, waits);
            return null;
        }
        queue.StartBinding(placement.Queued);
        return ct => binding.RunAsync(placement, ct);
    }

    // The first rejection, and otherwise whose leave the pod has to wait for. What fails here must not keep the room.
    private (string Plugin, Status Status)? Ask(Placement placement, out List<(string Plugin, TimeSpan Timeout)>? waits)
    {
        try
        {
            return Refusal(placement, out waits);
        }
        catch
        {
            binding.Undo(placement);
            throw;
        }
    }

    private (string Plugin, Status Status)? Refusal(Placement placement, out List<(string Plugin, TimeSpan Timeout)>? waits)
    {
        waits = null;
        var (began, profile) = (metrics.Begin(), placement.Attempt.SchedulerName);
        if (Reserve(placement) is var (reserve, refusal))
        {
            metrics.EndPoint(began, ExtensionPoint.Reserve, refusal.Code, profile);
            return (reserve, refusal);
        }
        metrics.EndPoint(began, ExtensionPoint.Reserve, StatusCode.Success, profile);
        began = metrics.Begin();
        if (Permit(placement, out waits) is var (permit, rejection))
        {
            metrics.EndPoint(began, ExtensionPoint.Permit, rejection.Code, profile);
            return (permit, rejection);
        }
        metrics.EndPoint(began, ExtensionPoint.Permit, waits is null ? SchedulerMetrics.Success : SchedulerMetrics.Wait, profile);
        return null;
    }

    private static (string Plugin, Status Status)? Reserve(Placement placement)
    {
        var (_, pod, plugins, state, node, _) = placement;
        foreach (var plugin in plugins.Reserves)
        {
            var began = state.Timer?.Begin() ?? 0;
            var status = plugin.Reserve(state, pod, node);
            state.Timer?.End(began, plugin, ExtensionPoint.Reserve, status.Code);
            if (!status.IsSuccess) return (plugin.Name, status);
        }
        return null;
    }

    private static (string Plugin, Status Status)? Permit(Placement placement, out List<(string Plugin, TimeSpan Timeout)>? waits)
    {
        waits = null;
        var (_, pod, plugins, state, node, _) = placement;
        foreach (var plugin in plugins.Permits)
        {
            var began = state.Timer?.Begin() ?? 0;
            var (status, timeout) = plugin.Permit(state, pod, node);
            state.Timer?.End(began, plugin, ExtensionPoint.Permit, status.Code);
            if (!status.IsSuccess) return (plugin.Name, status);
            if (timeout is { } limit) (waits ??= []).Add((plugin.Name, limit));
        }
        return null;
    }

    private Func<CancellationToken, Task> Reject(QueuedPod queued, PodInfo pod, Decision.Reject reject, Attempt attempt, AttemptOutcome outcome)
    {
        attempts.End(attempt, outcome);
        LogRejected(logger, pod.Key.ToString(), reject.Message);
        var isFault = outcome.Result == AttemptResult.Failed;
        metrics.EndAttempt(attempt, isFault ? SchedulerMetrics.Error : SchedulerMetrics.Unschedulable);
        if (reject.Remedy is not null) metrics.CountPreemption();
        if (reject.NominatedNode is { } node) Nominate(queued, pod, node);
        return ct => ReportAsync(queued, pod, isFault ? "SchedulerError" : "Unschedulable", reject, ct);
    }

    // The pod comes back only when users have been told, so that two reports of one pod never cross.
    private async Task ReportAsync(QueuedPod queued, PodInfo pod, string reason, Decision.Reject reject, CancellationToken ct)
    {
        if (!queue.Has(queued)) return;
        var rejectedBy = reject.RejectedBy;
        try
        {
            if (await FailureAsync(queued, pod, reject, ct) is not { } failure)
            {
                await reports.FailedAsync(pod, reason, reject.Message, reject.NominatedNode, ct);
                return;
            }
            rejectedBy = NoPlugin;
            await reports.FailedAsync(pod, reason, $"{reject.Message} {failure}", nominatedNode: null, ct);
        }
        finally
        {
            queue.Return(queued, rejectedBy);
        }
    }

    // Why what was decided could not be written, if it could not: then nobody may wait for it, neither the pod nor those who would leave it the room.
    private async Task<string?> FailureAsync(QueuedPod queued, PodInfo pod, Decision.Reject reject, CancellationToken ct)
    {
        if (reject is not { Remedy: { } remedy, Result: { } result }) return null;
        try
        {
            await remedy.ApplyAsync(pod, result, ct);
            if (result.Victims.Count > 0) metrics.CountVictims(result.Victims.Count);
            return null;
        }
        catch (Exception ex) when (!ct.IsCancellationRequested)
        {
            LogNoRemedy(logger, remedy.Name, pod.Key.ToString(), ex.Message);
            Nominate(queued, pod, pod.Pod.Status?.NominatedNodeName ?? "");
            return $"preemption: {ex.Message}";
        }
    }

    // Others no less than it had to leave it the room that was being made for it. The feed takes a pod from the queue first and its nomination then: one of
    // the two, the feed or this, comes last and takes away what nobody would.
    private void Nominate(QueuedPod queued, PodInfo pod, string node)
    {
        if (nominated.Nominate(pod, node)) queue.Tell(new ClusterEvent.AssignedPodDeleted(pod));
        if (!queue.Has(queued)) nominated.Remove(pod.Uid);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Scheduling stopped")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Pod} has no node yet: {Message}")]
    private static partial void LogRejected(ILogger logger, string pod, string message);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Plugin} could not make room for {Pod}, it will be tried again: {Reason}")]
    private static partial void LogNoRemedy(ILogger logger, string plugin, string pod, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Pod}: scheduling failed")]
    private static partial void LogFailed(ILogger logger, string pod, Exception exception);
}
