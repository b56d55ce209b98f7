using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Status;

namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>Ends pods by a decision of the node, and does not wait for ever for one that will not go [pkg/kubelet/pod_workers.go killPodNow].</summary>
internal sealed class ForcedEnd(IPodEvents events, TimeProvider time)
{
    private static readonly TimeSpan LeastPatience = TimeSpan.FromSeconds(10);

    /// <summary>Returns once nothing of the pod runs any more, or after one and a half times its grace and no less than 10 s, which it says in an event.</summary>
    /// <param name="worker">The pod's.</param>
    /// <param name="ending">What its status shows.</param>
    /// <param name="grace">Null leaves it to the pod.</param>
    /// <param name="stopping">Ends the wait.</param>
    public async Task RunAsync(PodWorker worker, PodEnding ending, TimeSpan? grace, CancellationToken stopping)
    {
        var pod = worker.Pod;
        var patience = (grace ?? StopDeadline.GraceOf(pod)) * 1.5;
        try
        {
            await worker.EndAsync(ending, grace).WaitAsync(patience > LeastPatience ? patience : LeastPatience, time, stopping);
        }
        catch (TimeoutException)
        {
            events.Warning(pod, "ExceededGracePeriod", "Container runtime did not kill the pod within specified grace period.");
        }
    }
}
