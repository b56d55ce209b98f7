using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.GarbageCollection;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Stats;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>Drives pods out that use too much of their node [pkg/kubelet/eviction/eviction_manager.go].</summary>
/// <remarks>
/// Looks every 10 s, and again at once after pods have gone, for which it waits: until they have ended, see <see cref="ForcedEnd"/>, and then 30 s
/// for them to be cleared away. One look:
/// <code>
/// 1  what is left of the node's resources -> <see cref="EvictionState"/>, and the node's conditions
/// 2  pods beyond their own limits of local storage: all of them, 1 s of grace; then this look is over
/// 3  nothing is due: over. Else the node's event EvictionThresholdMet
/// 4  of disk: dead containers, then images that no container uses; if everything is above its threshold then and what is to be reclaimed, over
/// 5  the first pod of <see cref="PodRanking"/> that is not critical: 1 s of grace, or at a soft threshold its own within the most allowed
/// </code>
/// A calm node's look adds up what its containers hold, and keeps nothing.
/// </remarks>
/// <param name="identity">Whose loop it is.</param>
/// <param name="node">What its pods run on.</param>
/// <param name="admission">Knows the pods that count.</param>
/// <param name="isOver">Whether a pod, by its uid, will not run again.</param>
/// <param name="pressure">What the node shows of it.</param>
/// <param name="nodeEvents">Of the node.</param>
/// <param name="events">Of the pods.</param>
internal sealed partial class EvictionLoop(
    NodeIdentity identity, NodeRuntime node, PodAdmission admission, Func<string, bool> isOver, NodePressure pressure, INodeEvents nodeEvents, IPodEvents events,
    TimeProvider time, ILogger<EvictionLoop> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CleanupPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Immediate = TimeSpan.FromSeconds(1);

    private readonly PodUsages _usages = new(node.Runtime, node.Files);
    private readonly DeadContainers _containers = new(node.Runtime, isOver);
    private readonly UnusedImages _images = new(node.Runtime, time);
    private readonly ForcedEnd _forcedEnd = new(events, time);
    private EvictionState _state = EvictionState.Calm;

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (await LookAsync(stopping) is { Count: > 0 } going) await Task.WhenAll(going);
            }
            catch (RuntimeException exception)
            {
                LogFailed(identity.Name, exception);
            }
            await Task.Delay(Period, time, stopping);
        }
    }

    // Of each pod that has to go a task that is done once it has gone, or has been waited for long enough.
    private async Task<IReadOnlyCollection<Task>> LookAsync(CancellationToken stopping)
    {
        await _images.NoteAsync(stopping);
        var seen = Observations.Of(identity, node.Usage.Read());
        _state = _state.After(identity.Eviction, seen, time.GetUtcNow());
        Tell();
        if (await EnforceLimitsAsync(stopping) is { Count: > 0 } leaving) return leaving;
        if (_state.Due is not [var threshold, ..]) return [];

        LogPressure(identity.Name, threshold.Signal, seen.Of(threshold.Signal).Available);
        nodeEvents.Record(identity.Name, "Warning", "EvictionThresholdMet", $"Attempting to reclaim {threshold.Signal.Resource}");
        if (threshold.Signal.IsDisk && await ReclaimAsync(stopping)) return [];
        return await EvictOneAsync(threshold, seen.Of(threshold.Signal), stopping) is { } going ? [going] : [];
    }

    private void Tell()
    {
        if (_state.Pressures.Count != pressure.Conditions.Count || !pressure.Conditions.All(_state.Pressures.ContainsKey))
            pressure.Conditions = [.. _state.Pressures.Keys.Order(StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyCollection<Task>> EnforceLimitsAsync(CancellationToken stopping)
    {
        var leaving = new List<Task>();
        foreach (var worker in Active())
        {
            var pod = worker.Pod;
            if (!LocalStorage.HasLimits(pod.Spec) || await _usages.OfAsync(pod, stopping) is not { } usage || LocalStorage.Excess(pod.Spec, usage) is not { } why) continue;
            // No disruption: it has nobody but itself to blame.
            if (Evict(worker, new PodEnding(EvictionMessages.Reason, why), Immediate, annotations: null, stopping) is { } going) leaving.Add(going);
        }
        return leaving;
    }

    // True when nobody has to go any more [eviction_manager.go reclaimNodeLevelResources, helpers.go buildSignalToNodeReclaimFuncs].
    private async Task<bool> ReclaimAsync(CancellationToken stopping)
    {
        try
        {
            await _containers.RemoveAsync(stopping);
            await _images.RemoveAsync(stopping);
        }
        catch (RuntimeException exception)
        {
            LogNotReclaimed(identity.Name, exception);
        }
        var seen = Observations.Of(identity, node.Usage.Read());
        return !identity.Eviction.Thresholds.Any(threshold => threshold.IsMet(seen.Of(threshold.Signal), was: true));
    }

    private async Task<Task?> EvictOneAsync(Threshold threshold, Observation seen, CancellationToken stopping)
    {
        var (workers, pods) = (new Dictionary<Pod, PodWorker>(ReferenceEqualityComparer.Instance), new List<RankedPod>());
        foreach (var worker in Active())
        {
            var pod = worker.Pod;
            workers[pod] = worker;
            pods.Add(new(pod, await _usages.OfAsync(pod, stopping)));
        }
        foreach (var victim in PodRanking.Of(threshold.Signal, pods))
        {
            var (message, annotations) = EvictionMessages.Of(victim, threshold, seen);
            var ending = new PodEnding(EvictionMessages.Reason, message, message);
            if (Evict(workers[victim.Pod], ending, GraceOf(threshold, victim.Pod), annotations, stopping) is { } going) return going;
        }
        LogNobody(identity.Name, threshold.Signal);
        return null;
    }

    private TimeSpan GraceOf(Threshold threshold, Pod pod)
    {
        if (threshold.IsHard) return Immediate;
        return StopDeadline.GraceOf(pod) is var own && own < identity.Eviction.MaxPodGrace ? own : identity.Eviction.MaxPodGrace;
    }

    // Null for one that may not be driven out.
    private Task? Evict(PodWorker worker, PodEnding ending, TimeSpan grace, IReadOnlyDictionary<string, string>? annotations, CancellationToken stopping)
    {
        var pod = worker.Pod;
        if (pod.IsCritical()) return null;
        if (annotations is null) events.Warning(pod, ending.Reason, ending.Message);
        else events.Record(pod, "Warning", ending.Reason, ending.Message, annotations);
        return DriveOutAsync(worker, ending, grace, stopping);
    }

    private async Task DriveOutAsync(PodWorker worker, PodEnding ending, TimeSpan grace, CancellationToken stopping)
    {
        await _forcedEnd.RunAsync(worker, ending, grace, stopping);
        await worker.Ended.WaitAsync(CleanupPatience, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private IEnumerable<PodWorker> Active() =>
        admission.Admitted().Where(worker => worker.Phase == PodWorkerPhase.Syncing && !worker.Removed.IsCompleted && !worker.Pod.HasTerminalPhase());

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} is short of {Signal}, {Available} left: pods are driven out")]
    private partial void LogPressure(string node, EvictionSignal signal, long available);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: not all dead containers and unused images could be removed")]
    private partial void LogNotReclaimed(string node, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} is short of {Signal}, and there is no pod to drive out")]
    private partial void LogNobody(string node, EvictionSignal signal);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: its resources could not be looked at, will retry")]
    private partial void LogFailed(string node, Exception exception);
}
