using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Stats;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Eviction;

/// <summary>Drives pods out that use too much of their node [pkg/kubelet/eviction/eviction_manager.go].</summary>
/// <remarks>
/// Looks every 10 s, and again at once after pods have gone, for which it waits 30 s at most. One look:
/// <code>
/// 1  what is left of the node's resources -> <see cref="EvictionState"/>, and the node's conditions
/// 2  pods beyond their own limits of local storage: all of them, 1 s of grace; then this look is over
/// 3  nothing is due: over. Else the node's event EvictionThresholdMet
/// 4  of disk: images that no container uses; if nothing is too little then, over
/// 5  the first pod of <see cref="PodRanking"/> that is not critical: 1 s of grace, or at a soft threshold its own within the most allowed
/// </code>
/// A calm node's look adds up what its containers hold, and keeps nothing.
/// </remarks>
internal sealed partial class EvictionLoop(
    NodeIdentity identity, NodeRuntime node, PodAdmission admission, NodePressure pressure, INodeEvents nodeEvents, IPodEvents events, TimeProvider time,
    ILogger<EvictionLoop> logger)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan CleanupPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Immediate = TimeSpan.FromSeconds(1);

    private readonly PodUsages _usages = new(node.Runtime, node.Files);
    private EvictionState _state = EvictionState.Calm;

    /// <summary>Runs until stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (await LookAsync(stopping) is { } going) await Task.WhenAny(going, Task.Delay(CleanupPatience, time, stopping));
            }
            catch (RuntimeException exception)
            {
                LogFailed(identity.Name, exception);
            }
            await Task.Delay(Period, time, stopping);
        }
    }

    // Null when nobody had to go; else done once they have gone.
    private async Task<Task?> LookAsync(CancellationToken stopping)
    {
        var seen = Observe();
        Tell();
        if (await EnforceLimitsAsync(stopping) is { } leaving) return leaving;
        if (_state.Due is not [var threshold, ..]) return null;

        LogPressure(identity.Name, threshold.Signal, seen.Of(threshold.Signal).Available);
        nodeEvents.Record(identity.Name, "Warning", "EvictionThresholdMet", $"Attempting to reclaim {threshold.Signal.Resource}");
        if (threshold.Signal.IsDisk)
        {
            await RemoveImagesAsync(stopping);
            seen = Observations.Of(identity, node.Usage.Read());
            if (!identity.Eviction.Thresholds.Any(other => other.IsMet(seen.Of(other.Signal), was: false))) return null;
        }
        return await EvictOneAsync(threshold, seen.Of(threshold.Signal), stopping);
    }

    private Observations Observe()
    {
        var seen = Observations.Of(identity, node.Usage.Read());
        _state = _state.After(identity.Eviction, seen, time.GetUtcNow());
        return seen;
    }

    private void Tell()
    {
        if (_state.Pressures.Count != pressure.Conditions.Count || !pressure.Conditions.All(_state.Pressures.ContainsKey))
            pressure.Conditions = [.. _state.Pressures.Keys.Order(StringComparer.Ordinal)];
    }

    private async Task<Task?> EnforceLimitsAsync(CancellationToken stopping)
    {
        List<Task>? leaving = null;
        foreach (var worker in Active())
        {
            var pod = worker.Pod;
            if (!LocalStorage.HasLimits(pod.Spec) || await _usages.OfAsync(pod, stopping) is not { } usage || LocalStorage.Excess(pod.Spec, usage) is not { } why) continue;
            // No disruption: it has nobody but itself to blame.
            if (Evict(worker, new PodEnding(EvictionMessages.Reason, why), Immediate, annotations: null) is { } going) (leaving ??= []).Add(going);
        }
        return leaving is null ? null : Task.WhenAll(leaving);
    }

    private async Task RemoveImagesAsync(CancellationToken stopping)
    {
        var used = (await node.Runtime.ListContainersAsync(podUid: null, stopping)).Select(container => container.ImageId).ToHashSet();
        foreach (var image in await node.Runtime.ListImagesAsync(stopping))
        {
            if (!image.RepoDigests.Any(used.Contains)) await node.Runtime.RemoveImageAsync(image.Id, stopping);
        }
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
            if (Evict(workers[victim.Pod], new PodEnding(EvictionMessages.Reason, message, message), GraceOf(threshold, victim.Pod), annotations) is { } going) return going;
        }
        LogNobody(identity.Name, threshold.Signal);
        return null;
    }

    private TimeSpan GraceOf(Threshold threshold, Pod pod)
    {
        if (threshold.IsHard) return Immediate;
        return StopDeadline.GraceOf(pod) is var own && own < identity.Eviction.MaxPodGrace ? own : identity.Eviction.MaxPodGrace;
    }

    private Task? Evict(PodWorker worker, PodEnding ending, TimeSpan grace, IReadOnlyDictionary<string, string>? annotations)
    {
        var pod = worker.Pod;
        if (pod.IsCritical()) return null;
        if (annotations is null) events.Warning(pod, ending.Reason, ending.Message);
        else events.Record(pod, "Warning", ending.Reason, ending.Message, annotations);
        return worker.EndAsync(ending, grace);
    }

    private IEnumerable<PodWorker> Active() =>
        admission.Admitted().Where(worker => worker.Phase == PodWorkerPhase.Syncing && !worker.Removed.IsCompleted && !worker.Pod.HasTerminalPhase());

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} is short of {Signal}, {Available} left: pods are driven out")]
    private partial void LogPressure(string node, EvictionSignal signal, long available);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node} is short of {Signal}, and there is no pod to drive out")]
    private partial void LogNobody(string node, EvictionSignal signal);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: its resources could not be looked at, will retry")]
    private partial void LogFailed(string node, Exception exception);
}
