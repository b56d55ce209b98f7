using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Status;

namespace MiniK8s.Kubelet.Shutdown;

/// <summary>Ends a node's pods in good order before the machine goes off (KEP-2000, pkg/kubelet/nodeshutdown).</summary>
/// <remarks>
/// 1. From now on nobody is let in, and the Node is not Ready: <c>node is shutting down</c>.
/// 2. All pods but the critical ones are ended at once, then those: each group waits for its slowest pod, but not longer than its share of
///    the grace. A pod gets its own grace, or the group's where that is shorter.
/// 3. What is still to be reported is waited for, but not long: an apiserver may be down, and the machine goes off all the same.
/// </remarks>
internal sealed partial class NodeShutdown(
    string node, PodAdmission admission, NodeHeartbeat heartbeat, PodStatusReporter reporter, INodeEvents events, ShutdownGrace grace, TimeProvider time, ILogger<NodeShutdown> logger)
{
    private const string Message = "Pod was terminated in response to imminent node shutdown.";
    private static readonly PodEnding Ending = new("Terminated", Message, Message);
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    /// <summary>Returns when the machine may go off.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        LogBegins(node);
        events.ShuttingDown(node);
        var groups = admission.Shut().ToLookup(worker => worker.Pod.Spec.Priority >= PodSpecs.SystemCriticalPriority);
        var told = heartbeat.NotReadyAsync("node is shutting down", stopping);
        await EndAsync(groups[false], grace.Others, stopping);
        await EndAsync(groups[true], grace.Critical, stopping);
        await WithinAsync(LastWords, Task.WhenAll(told, reporter.SentAsync()), stopping);
        LogDone(node);
    }

    private async Task EndAsync(IEnumerable<PodWorker> workers, TimeSpan most, CancellationToken stopping)
    {
        var ends = workers.Select(worker => StopDeadline.GraceOf(worker.Pod) is var own && own < most ? worker.EndAsync(Ending, own) : worker.EndAsync(Ending, most)).ToList();
        if (ends.Count > 0) await WithinAsync(most, Task.WhenAll(ends), stopping);
    }

    private async Task WithinAsync(TimeSpan most, Task all, CancellationToken stopping)
    {
        try
        {
            await all.WaitAsync(most, time, stopping);
        }
        catch (TimeoutException)
        {
            LogTimeIsUp(node, most);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} is shutting down")]
    private partial void LogBegins(string node);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: not everything was done within {Most}; the shutdown goes on")]
    private partial void LogTimeIsUp(string node, TimeSpan most);

    [LoggerMessage(Level = LogLevel.Information, Message = "Node {Node} has shut down")]
    private partial void LogDone(string node);
}
