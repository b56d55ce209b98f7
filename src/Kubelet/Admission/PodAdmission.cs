using MiniK8s.Api.Errors;
using MiniK8s.Kubelet.PodWorkers;
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
/// The second end is Kubernetes': after a forced deletion the namesake may run beside what is still stopping. What is left out: there a
/// critical pod that only lacks resources drives others out [pkg/kubelet/preemption]; here it is refused like any.
/// </remarks>
internal sealed class PodAdmission(IOwnNode node, TimeProvider time)
{
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();            // guards what follows; nothing is awaited under it
    private readonly Dictionary<string, PodWorker> _admitted = [];
    private readonly List<(PodWorker Worker, TaskCompletionSource<Refusal?> Answer)> _waiting = [];
    private bool _isOpen;
    private bool _isAtWork;

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

    /// <summary>Nothing of the pod runs any more.</summary>
    public void Leave(string uid)
    {
        lock (_gate) _admitted.Remove(uid);
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        lock (_gate)
        {
            if (!_isOpen || _isAtWork) return;
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
            if (_waiting.Count == 0)
            {
                _isAtWork = false;
                return null;
            }
            var next = _waiting.MinBy(waiting => waiting.Worker.Pod.Metadata.CreationTimestamp?.ToDateTimeOffset() ?? default);
            _waiting.Remove(next);
            return next;
        }
    }

    private async Task<Refusal?> DecideAsync(PodWorker worker, CancellationToken stopping)
    {
        var pod = worker.Pod;
        if (pod.HasTerminalPhase()) return null;
        var refusal = pod.IsDeleting() ? null : NodePredicates.Check(pod, node.Latest, Others());
        if (refusal is not null) refusal = NodePredicates.Check(pod, await ReadNodeAsync(stopping), Others());
        if (refusal is not null) return refusal;
        lock (_gate) _admitted[worker.Uid] = worker;
        return null;
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
                await Task.Delay(RetryPeriod, time, stopping);      // it is logged with each heartbeat that fails
            }
        }
    }

    private List<Pod> Others()
    {
        lock (_gate) return [.. _admitted.Values.Where(worker => !worker.Removed.IsCompleted).Select(worker => worker.Pod)];
    }
}
