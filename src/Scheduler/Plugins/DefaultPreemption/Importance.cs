using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.DefaultPreemption;

/// <summary>Which pods are rather kept: those of higher priority, and of equals those that have run longer.</summary>
/// <remarks>Source: MoreImportantPod and GetEarliestPodStartTime, pkg/scheduler/util/utils.go.</remarks>
internal static class Importance
{
    /// <summary>Most important first.</summary>
    public static readonly Comparison<PodInfo> Descending = (a, b) =>
        a.Priority != b.Priority ? b.Priority.CompareTo(a.Priority) : a.Started.CompareTo(b.Started);

    /// <summary>When the longest running of the highest priority among them started.</summary>
    /// <param name="pods">At least one, most important first.</param>
    public static DateTimeOffset EarliestStart(IReadOnlyList<PodInfo> pods) => pods[0].Started;
}
