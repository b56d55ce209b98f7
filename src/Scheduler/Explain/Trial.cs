using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Explain;

/// <summary>An attempt while the loop is at it: who is tried, since when, and what the cycle sees.</summary>
/// <param name="queued">As it was taken from the queue; its numbers are read here, before it goes back.</param>
/// <param name="plugins">Of the pod's profile.</param>
/// <param name="nominated">Pods for which room is being made.</param>
/// <param name="started">Now.</param>
/// <param name="startedAt">The same moment on the clock that measures.</param>
/// <param name="timer">Measures the plugins, if they are to be measured.</param>
internal sealed class Trial(QueuedPod queued, PluginSet plugins, NominatedPods? nominated, DateTimeOffset started, long startedAt, IPluginTimer? timer = null)
{
    public PodInfo Pod { get; } = queued.Pod;

    public PluginSet Plugins => plugins;

    public CycleState State { get; } = new(nominated) { Timer = timer };

    public CycleTrace Trace { get; } = new();

    /// <summary>The node on which room is being made for the pod; "" for none.</summary>
    public string NominatedNode { get; } = nominated?.NodeOf(queued.Pod.Uid) ?? "";

    public int Number { get; } = queued.Attempts;

    public TimeSpan Queued { get; } = started - queued.Timestamp;

    public DateTimeOffset Started => started;

    public long StartedAt => startedAt;
}
