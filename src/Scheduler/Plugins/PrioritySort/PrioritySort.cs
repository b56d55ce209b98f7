using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Plugins.PrioritySort;

/// <summary>The more important pod first; of equals the one that has been in the queue for longer since it came or came back.</summary>
/// <remarks>Source: pkg/scheduler/framework/plugins/queuesort/priority_sort.go.</remarks>
internal sealed class PrioritySort : IQueueSortPlugin
{
    public string Name => "PrioritySort";

    public int Compare(QueuedPod a, QueuedPod b) =>
        a.Pod.Priority != b.Pod.Priority ? b.Pod.Priority.CompareTo(a.Pod.Priority) : a.Timestamp.CompareTo(b.Timestamp);
}
