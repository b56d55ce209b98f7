using MiniK8s.Client.Informers;

namespace MiniK8s.Scheduler.Queue;

// What others see of the queue.
internal sealed partial class SchedulingQueue
{
    /// <summary>How many pods are in these pools at one moment.</summary>
    public int Count(params ReadOnlySpan<Pool> pools)
    {
        lock (_lock)
        {
            var count = 0;
            foreach (var queued in _pods.Values)
            {
                if (pools.Contains(queued.Pool)) count++;
            }
            return count;
        }
    }

    /// <summary>How many pods have come to the pools in which they wait, and why, as Kubernetes counts them: those that are held back are not counted.</summary>
    public IReadOnlyList<KeyValuePair<(Pool Pool, string Event), long>> Moves()
    {
        lock (_lock) return [.. _moves];
    }

    /// <summary>How many waiting pods each plugin has rejected, or holds back.</summary>
    public IReadOnlyDictionary<(string Plugin, string SchedulerName), int> CountRejected()
    {
        lock (_lock)
        {
            return _pods.Values.SelectMany(queued => RejectorsLocked(queued).Select(plugin => (plugin, queued.Pod.Pod.Spec.SchedulerName)))
                .CountBy(pair => pair).ToDictionary();
        }
    }

    /// <summary>Where a pod of that name waits, if it does.</summary>
    public PodInQueue? Find(ObjectKey key)
    {
        lock (_lock)
        {
            return _pods.TryGetValue(key, out var queued)
                ? new PodInQueue(queued.Pod, queued.Pool, queued.Timestamp, queued.BackoffUntil, queued.Attempts, queued.RejectedBy, queued.WaitsFor)
                : null;
        }
    }

    private IEnumerable<string> RejectorsLocked(QueuedPod queued) => queued.Pool switch
    {
        Pool.Active or Pool.Backoff or Pool.Unschedulable => queued.RejectedBy,
        Pool.Gated when profiles.Of(queued.Pod).Plugins.HeldBackBy(queued.Pod) is { } plugin => [plugin],
        _ => [],
    };
}
