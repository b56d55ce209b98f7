using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

using MiniK8s.Client.Informers;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Queue;

/// <summary>The pods that wait for a node, each in exactly one pool.</summary>
/// <remarks>
/// | from          | on                                       | to                                            |
/// |---------------|------------------------------------------|-----------------------------------------------|
/// | (new)         | Add                                      | Active                                        |
/// | (new)         | Add, held back by a plugin               | Gated                                         |
/// | Active        | Take: the first by the queueSort plugin  | InFlight                                      |
/// | InFlight      | Return, no plugin rejected it            | Backoff                                       |
/// | InFlight      | Return, something seen meanwhile helps   | Backoff, Active if that is over               |
/// | InFlight      | Return, otherwise                        | Unschedulable                                 |
/// | InFlight      | StartWaiting                             | Waiting                                       |
/// | Waiting       | Return                                   | as from InFlight                              |
/// | both          | StartBinding                             | Binding                                       |
/// | Binding       | Return                                   | Backoff                                       |
/// | Backoff       | its end, looked for each second          | Active                                        |
/// | Unschedulable | a change that helps, its own included    | Backoff, Active if that is over               |
/// | Unschedulable | 5 minutes, looked for each 30 s          | Backoff, Active if that is over               |
/// | Gated         | its own change, not held back any more   | Backoff, Active if that is over               |
/// | any           | Remove                                   | (gone); a later Return does nothing           |
/// Backoff counts from the return: 0 before the first attempt, then 1, 2, 4, 8, 10, 10 ... s. Bounded by the number of pods. Thread-safe.
/// </remarks>
internal sealed partial class SchedulingQueue(Profiles profiles, SchedulingQueueOptions options, TimeProvider time)
{
    private static readonly Comparer<QueuedPod> ByBackoff = Comparer<QueuedPod>.Create((a, b) =>
        (a.BackoffUntil, a.Order).CompareTo((b.BackoffUntil, b.Order)));

    private readonly Lock _lock = new();     // guards everything below and every QueuedPod; hints are asked under it, being pure
    private readonly Dictionary<ObjectKey, QueuedPod> _pods = [];
    private readonly SortedSet<QueuedPod> _active = new(InOrderOf(profiles.QueueSort));
    private readonly SortedSet<QueuedPod> _backoff = new(ByBackoff);
    private readonly HashSet<QueuedPod> _unschedulable = [];
    private readonly HashSet<QueuedPod> _inFlight = [];
    private readonly HashSet<QueuedPod> _waiting = [];
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Dictionary<(Pool Pool, string Event), long> _moves = [];     // how many pods have come, by what brought them
    private long _lastOrder;

    /// <summary>A pod without a node was heard of, for the first time or changed.</summary>
    public void Set(PodInfo pod)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(pod.Key, out var queued) && queued.Pod.Uid != pod.Uid)
            {
                RemoveLocked(queued);
                queued = null;
            }
            if (queued is null) AddLocked(pod);
            else UpdateLocked(queued, pod);
        }
    }

    /// <summary>The pod is gone, has a node, or is none of ours any more.</summary>
    public void Remove(ObjectKey key)
    {
        lock (_lock)
        {
            if (_pods.TryGetValue(key, out var queued)) RemoveLocked(queued);
        }
    }

    /// <summary>Waits for a pod to try.</summary>
    public async Task<QueuedPod> TakeAsync(CancellationToken ct)
    {
        while (true)
        {
            if (TryTake(out var queued)) return queued;
            await _changed.WaitAsync(ct);
        }
    }

    /// <summary>The next pod to try, if there is one now.</summary>
    public bool TryTake([NotNullWhen(true)] out QueuedPod? queued)
    {
        lock (_lock)
        {
            queued = _active.Min;
            if (queued is null) return false;
            MoveLocked(queued, Pool.InFlight);
            queued.SeenInFlight.Clear();
            queued.HasSeenHelp = false;
            queued.Attempts++;
            return true;
        }
    }

    /// <summary>The pod has been given a node and waits for the leave of those plugins to be bound to it.</summary>
    public void StartWaiting(QueuedPod queued, IReadOnlySet<string> plugins)
    {
        lock (_lock)
        {
            if (!IsCurrentLocked(queued)) return;
            queued.WaitsFor = plugins;
            MoveLocked(queued, Pool.Waiting);
        }
    }

    /// <summary>Whether the pod is still to be scheduled: it has not gone, nor been given a node by someone else.</summary>
    public bool Has(QueuedPod queued)
    {
        lock (_lock) return IsCurrentLocked(queued);
    }

    /// <summary>The pod has been given a node; from here it comes back, or is heard of with its node and removed.</summary>
    public void StartBinding(QueuedPod queued)
    {
        lock (_lock)
        {
            if (IsCurrentLocked(queued)) MoveLocked(queued, Pool.Binding);
        }
    }

    /// <summary>The pod could not be given a node, or not be bound.</summary>
    /// <param name="queued">As it was taken.</param>
    /// <param name="rejectedBy">The plugins that rejected it; none after an error.</param>
    public void Return(QueuedPod queued, IReadOnlySet<string> rejectedBy)
    {
        lock (_lock)
        {
            if (!IsCurrentLocked(queued)) return;
            queued.Timestamp = time.GetUtcNow();
            queued.BackoffUntil = queued.Timestamp + Backoff(queued.Attempts);
            queued.RejectedBy = rejectedBy;
            if (rejectedBy.Count == 0 || queued.HasSeenHelp || queued.SeenInFlight.Any(change => MayHelp(queued, change))) WakeLocked(queued, QueueEvents.AttemptFailed);
            else MoveLocked(queued, Pool.Unschedulable, QueueEvents.AttemptFailed);
        }
    }

    /// <summary>Something has changed; wakes the pods that may be helped by it. That a pod was not bound after all does not help itself.</summary>
    public void Tell(ClusterEvent change)
    {
        lock (_lock)
        {
            foreach (var queued in _inFlight) NoteLocked(queued, change);
            foreach (var queued in _waiting) NoteLocked(queued, change);
            if (_unschedulable.Count == 0) return;
            foreach (var queued in _unschedulable.Where(queued => MayHelp(queued, change)).ToList()) WakeLocked(queued, QueueEvents.NameOf(change));
        }
    }

    /// <summary>Ends backoffs and long waits until stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var backoffCheck = time.CreateTimer(
            static queue => ((SchedulingQueue)queue!).FlushBackoff(), this, options.BackoffCheckPeriod, options.BackoffCheckPeriod);
        using var unschedulableCheck = time.CreateTimer(
            static queue => ((SchedulingQueue)queue!).FlushUnschedulable(), this, options.UnschedulableCheckPeriod, options.UnschedulableCheckPeriod);
        await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    internal void FlushBackoff()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            while (_backoff.Min is { } queued && queued.BackoffUntil <= now) MoveLocked(queued, Pool.Active, QueueEvents.BackoffComplete);
        }
    }

    internal void FlushUnschedulable()
    {
        lock (_lock)
        {
            var before = time.GetUtcNow() - options.MaxUnschedulable;
            foreach (var queued in _unschedulable.Where(queued => queued.Timestamp < before).ToList()) WakeLocked(queued, QueueEvents.UnschedulableTimeout);
        }
    }

    // Unlike pods are never equal: of those that the plugin takes for equal the first to come is first.
    private static Comparer<QueuedPod> InOrderOf(IQueueSortPlugin? plugin) => Comparer<QueuedPod>.Create((a, b) =>
        plugin?.Compare(a, b) is { } order and not 0 ? order : a.Order.CompareTo(b.Order));

    private bool IsHeldBack(PodInfo pod) => profiles.Of(pod).Plugins.HeldBackBy(pod) is not null;

    private void NoteLocked(QueuedPod queued, ClusterEvent change)
    {
        if (change is ClusterEvent.AssignedPodDeleted deleted && deleted.Pod.Uid == queued.Pod.Uid) return;
        if (queued.Pool == Pool.InFlight) queued.SeenInFlight.Add(change);
        else queued.HasSeenHelp |= MayHelp(queued, queued.WaitsFor, change);
    }

    // A pod for which room is being made keeps others from its node: it says anew whether it wants it when the node changes.
    private bool MayHelp(QueuedPod queued, ClusterEvent change) => MayHelp(queued, queued.RejectedBy, change);

    private bool MayHelp(QueuedPod queued, IReadOnlySet<string> plugins, ClusterEvent change) =>
        (change is ClusterEvent.NodeUpdated { Current.Metadata.Name: var node } && queued.Pod.Pod.Status?.NominatedNodeName == node)
        || profiles.Of(queued.Pod).Plugins.MayHelp(queued.Pod, plugins, change);

    private TimeSpan Backoff(int attempts) => attempts == 0
        ? TimeSpan.Zero
        : TimeSpan.FromTicks((long)double.Min(options.MaxBackoff.Ticks, options.InitialBackoff.Ticks * double.Pow(2, attempts - 1)));

    private bool IsCurrentLocked(QueuedPod queued) => _pods.TryGetValue(queued.Pod.Key, out var current) && current == queued;

    private void AddLocked(PodInfo pod)
    {
        var queued = new QueuedPod(pod, time.GetUtcNow(), ++_lastOrder);
        _pods.Add(pod.Key, queued);
        if (IsHeldBack(pod)) EnterLocked(queued, Pool.Gated);
        else ComeLocked(queued, Pool.Active, QueueEvents.PodAdded);
    }

    private void UpdateLocked(QueuedPod queued, PodInfo pod)
    {
        var change = new ClusterEvent.PodUpdated(queued.Pod, pod);
        var pool = queued.Pool;
        LeaveLocked(queued);
        queued.Pod = pod;
        EnterLocked(queued, pool);
        if (pool is Pool.InFlight or Pool.Waiting) NoteLocked(queued, change);
        else if (pool == Pool.Gated ? !IsHeldBack(pod) : pool == Pool.Unschedulable && MayHelp(queued, change)) WakeLocked(queued, QueueEvents.NameOf(change));
    }

    private void RemoveLocked(QueuedPod queued)
    {
        LeaveLocked(queued);
        _pods.Remove(queued.Pod.Key);
    }

    private void WakeLocked(QueuedPod queued, string why) =>
        MoveLocked(queued, queued.BackoffUntil > time.GetUtcNow() ? Pool.Backoff : Pool.Active, why);

    private void MoveLocked(QueuedPod queued, Pool pool, string why)
    {
        LeaveLocked(queued);
        ComeLocked(queued, pool, why);
    }

    private void ComeLocked(QueuedPod queued, Pool pool, string why)
    {
        CollectionsMarshal.GetValueRefOrAddDefault(_moves, (pool, why), out _)++;
        if (pool == Pool.Active) queued.FirstActive ??= time.GetUtcNow();
        EnterLocked(queued, pool);
    }

    private void MoveLocked(QueuedPod queued, Pool pool)
    {
        LeaveLocked(queued);
        EnterLocked(queued, pool);
    }

    // The sorted pools are left before anything they are sorted by changes.
    private void LeaveLocked(QueuedPod queued)
    {
        SetOfLocked(queued.Pool)?.Remove(queued);
    }

    private void EnterLocked(QueuedPod queued, Pool pool)
    {
        queued.Pool = pool;
        SetOfLocked(pool)?.Add(queued);
        if (pool == Pool.Active && _changed.CurrentCount == 0) _changed.Release();
    }

    private ISet<QueuedPod>? SetOfLocked(Pool pool) => pool switch
    {
        Pool.Active => _active,
        Pool.Backoff => _backoff,
        Pool.Unschedulable => _unschedulable,
        Pool.InFlight => _inFlight,
        Pool.Waiting => _waiting,
        _ => null,
    };
}
