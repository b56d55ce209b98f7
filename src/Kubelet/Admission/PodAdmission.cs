using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Admission;

/// <summary>Lets a node's pods in, one at a time, of those that wait the oldest first [pkg/kubelet/kubelet.go HandlePodAdditions].</summary>
/// <remarks>
/// A pod that is being deleted, or has ended, is let in as it is: its worker has only to clear away. Nobody is let in before
/// <see cref="Open"/>, so that after a restart the pods that were here first are asked first. A refusal is final, so it is never given on
/// what the node looked like some seconds ago: it is read anew, and looked at once more; while the apiserver does not say, all wait.
/// <code>
/// counts against later ones            | from            | to
/// -------------------------------------+-----------------+------------------------------------------------
/// a pod that was let in                | then            | nothing of it runs any more, or the API has forgotten it
/// one that had ended when it came      | never           |
/// </code>
/// The second end is Kubernetes': after a forced deletion the namesake may run beside what is still stopping. A static pod needs no
/// apiserver: it does not wait for <see cref="Open"/>, and the node as last known has to do. A critical pod that lacks nothing but resources
/// drives others out; everybody else waits for that. Before all that comes what the node is short of, see <see cref="NodePressure"/>.
/// </remarks>
internal sealed class PodAdmission(IOwnNode node, NodePressure pressure, IPodEvents events, TimeProvider time)
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);
    private static readonly PodEnding Preempted = new("Preempting", "Preempted in order to admit critical pod", "Pod was preempted by Kubelet to accommodate a critical pod.");
    private static readonly Refusal ShuttingDown = new("NodeShutdown", "Pod was rejected as the node is shutting down.");

    private readonly ForcedEnd _forcedEnd = new(events, time);
    private readonly Lock _gate = new();            // guards what follows; nothing is awaited under it
    private readonly Dictionary<string, PodWorker> _admitted = [];
    private readonly List<(PodWorker Worker, TaskCompletionSource<Refusal?> Answer)> _waiting = [];
    private bool _isOpen;
    private bool _isAtWork;
    private bool _isShuttingDown;

    /// <summary>The pods are listed: the first may come in.</summary>
    public void Open(CancellationToken stopping)
    {
        lock (_gate) _isOpen = true;
        _ = WorkAsync(stopping);
    }

    /// <summary>Waits for the pod's turn; null when it is let in, and counts from then on until it leaves.</summary>
    public Task<Refusal?> AdmitAsync(PodWorker worker, CancellationToken stopping)
    {
        var answer = new TaskCompletionSource<Refusal?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate) _waiting.Add((worker, answer));
        _ = WorkAsync(stopping);
        return answer.Task.WaitAsync(stopping);
    }

    /// <summary>The node is shutting down: from now on nobody comes in.</summary>
    /// <returns>Those that are in.</returns>
    public IReadOnlyList<PodWorker> Shut()
    {
        lock (_gate)
        {
            _isShuttingDown = true;
            return [.. _admitted.Values];
        }
    }

    /// <summary>Those that are in.</summary>
    public IReadOnlyList<PodWorker> Admitted()
    {
        lock (_gate) return [.. _admitted.Values];
    }

    /// <summary>Nothing of the pod runs any more.</summary>
    public void Leave(string uid)
    {
        lock (_gate) _admitted.Remove(uid);
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        lock (_gate)
        {
            if (_isAtWork) return;
            _isAtWork = true;
        }
        await Task.Yield();     // the caller delivers everybody's changes
        while (Next() is var (worker, answer))
        {
            try
            {
                answer.SetResult(await DecideAsync(worker, stopping));
            }
            catch (Exception exception)
            {
                answer.SetException(exception);     // its pod's worker logs it; the others go on
            }
        }
    }

    // Null when nobody waits; then nobody is at work either.
    private (PodWorker Worker, TaskCompletionSource<Refusal?> Answer)? Next()
    {
        lock (_gate)
        {
            var ready = _waiting.FindAll(waiting => _isOpen || waiting.Worker.Pod.IsStatic());
            if (ready.Count == 0)
            {
                _isAtWork = false;
                return null;
            }
            var next = ready.MinBy(waiting => waiting.Worker.Pod.Metadata.CreationTimestamp?.ToDateTimeOffset() ?? default);
            _waiting.Remove(next);
            return next;
        }
    }

    private async Task<Refusal?> DecideAsync(PodWorker worker, CancellationToken stopping)
    {
        var pod = worker.Pod;
        if (pod.HasTerminalPhase()) return null;
        if (!pod.IsDeleting() && await RefusalOfAsync(pod, stopping) is { } refusal) return refusal;
        lock (_gate)
        {
            if (_isShuttingDown && !pod.IsDeleting()) return ShuttingDown;
            _admitted[worker.Uid] = worker;
            return null;
        }
    }

    private async Task<Refusal?> RefusalOfAsync(Pod pod, CancellationToken stopping)
    {
        if (pressure.Check(pod) is { } shortOf) return shortOf;
        var seen = node.Latest;
        var refusal = NodePredicates.Check(pod, seen, Others());
        if (refusal is not null && !pod.IsStatic())
        {
            seen = await ReadNodeAsync(stopping);
            refusal = NodePredicates.Check(pod, seen, Others());
        }
        return refusal is null || !pod.IsCritical() ? refusal
            : NodePredicates.CheckBesideResources(pod, seen, Others()) ?? await MakeRoomAsync(pod, seen, stopping);
    }

    private async Task<Refusal?> MakeRoomAsync(Pod pod, Protocol.Core.V1.Node seen, CancellationToken stopping)
    {
        var others = Others();
        var (victims, unmet) = Victims.Choose(pod, others, NodePredicates.Shortages(pod.Spec, seen.Status, others));
        if (unmet.Count > 0)
        {
            var missing = string.Concat(unmet.Select(resource => $"(res: {resource.Key}, q: {resource.Value}), "));
            return new(
                "UnexpectedAdmissionError",
                "Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: "
                + $"no set of running pods found to reclaim resources: [{missing}]");
        }
        foreach (var victim in victims) await DriveOutAsync(victim, stopping);
        return null;
    }

    private async Task DriveOutAsync(Pod victim, CancellationToken stopping)
    {
        PodWorker? worker;
        lock (_gate) worker = _admitted.GetValueOrDefault(victim.Metadata.Uid);
        if (worker is null) return;
        events.Warning(victim, Preempted.Reason, Preempted.Message);
        // If it will not go, the pod that waits comes in beside it.
        await _forcedEnd.RunAsync(worker, Preempted, grace: null, stopping);
        Leave(worker.Uid);
    }

    private async Task<Protocol.Core.V1.Node> ReadNodeAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                return await node.ReadAsync(stopping);
            }
            catch (ApiException exception) when (exception.Status.Reason == "NotFound")
            {
                return node.Latest;     // somebody has deleted it: what was known has to do
            }
            catch (ApiException)
            {
                await Task.Delay(RetryPeriod, time, stopping);      // it is logged with each lease that is not renewed
            }
        }
    }

    private List<Pod> Others()
    {
        lock (_gate) return [.. _admitted.Values.Where(worker => !worker.Removed.IsCompleted).Select(worker => worker.Pod)];
    }
}
