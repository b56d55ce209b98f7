using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace MiniK8s.Scheduler.Framework;

/// <summary>The pods that have a node and wait for permit plugins to let them be bound to it, of all profiles. Thread-safe.</summary>
/// <remarks>
/// A pod is here from the moment at which no plugin has rejected it and at least one wants it to wait, until it is decided. Plugins find it here
/// (<see cref="PluginContext"/>) to allow or reject it: all pods of a group, say, when the last of them has a node.
/// Source: waitingPodsMap, pkg/scheduler/framework/runtime/waiting_pods_map.go.
/// </remarks>
internal sealed class WaitingPods(TimeProvider time)
{
    /// <summary>No pod waits longer, whatever plugins say. Source: maxTimeout, pkg/scheduler/framework/runtime/framework.go.</summary>
    public static readonly TimeSpan MaxTimeout = TimeSpan.FromMinutes(15);

    private readonly ConcurrentDictionary<string, WaitingPod> _pods = [];     // by uid

    /// <summary>Those that wait now.</summary>
    public IReadOnlyList<WaitingPod> All => [.. _pods.Values];

    /// <summary>The pod of that uid, if it waits.</summary>
    public bool TryFind(string uid, [NotNullWhen(true)] out WaitingPod? pod) => _pods.TryGetValue(uid, out pod);

    /// <summary>The pod is gone, or has a node by someone else's hand, and is not to wait any longer. Says whether it did.</summary>
    public bool Reject(string uid) => TryFind(uid, out var pod) && pod.Reject("", "removed");

    /// <summary>The pod waits from now on.</summary>
    /// <param name="pod">As it was tried.</param>
    /// <param name="plugins">Whose leave it waits for, and how long at most.</param>
    /// <param name="decided">Told once, on whatever thread decides, and must not block.</param>
    public void Add(PodInfo pod, IReadOnlyList<(string Plugin, TimeSpan Timeout)> plugins, Action<WaitVerdict> decided)
    {
        WaitingPod? waiting = null;
        waiting = new WaitingPod(pod, verdict =>
        {
            Remove(waiting!);
            decided(verdict);
        });
        waiting.Start(plugins.Select(each => (each.Plugin, Limited(each.Timeout))), time);

        // Nobody finds it before it knows whom it waits for; by then its time may be over.
        _pods[pod.Uid] = waiting;
        if (waiting.IsDecided) Remove(waiting);
    }

    private void Remove(WaitingPod waiting) => _pods.TryRemove(KeyValuePair.Create(waiting.Pod.Uid, waiting));

    private static TimeSpan Limited(TimeSpan timeout) => timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout < MaxTimeout ? timeout : MaxTimeout;
}
