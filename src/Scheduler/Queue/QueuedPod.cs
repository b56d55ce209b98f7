using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Queue;

/// <summary>Where a pod without a node is.</summary>
internal enum Pool
{
    /// <summary>Ready to be tried.</summary>
    Active,

    /// <summary>To be tried when its backoff ends.</summary>
    Backoff,

    /// <summary>Waits for a change that may help.</summary>
    Unschedulable,

    /// <summary>Not to be tried before it has changed itself.</summary>
    Gated,

    /// <summary>Being tried now; changes that happen meanwhile are kept for when it comes back.</summary>
    InFlight,

    /// <summary>Has been given a node, and waits for a permit plugin's leave to be bound to it; whether a change helps is noted for when it comes back.</summary>
    Waiting,

    /// <summary>Has been given a node that is being written down.</summary>
    Binding,
}

/// <summary>A pod that waits for a node. Changed by the queue alone, under its lock.</summary>
internal sealed class QueuedPod(PodInfo pod, DateTimeOffset timestamp, long order)
{
    public PodInfo Pod { get; set; } = pod;

    public Pool Pool { get; set; }

    /// <summary>How often it has been taken from the queue.</summary>
    public int Attempts { get; set; }

    /// <summary>When it came, or came back.</summary>
    public DateTimeOffset Timestamp { get; set; } = timestamp;

    /// <summary>When it could be tried first; what holds it back before that is not the scheduler's doing. Null until then.</summary>
    public DateTimeOffset? FirstActive { get; set; }

    public DateTimeOffset BackoffUntil { get; set; }

    /// <summary>The plugins that rejected it last.</summary>
    public IReadOnlySet<string> RejectedBy { get; set; } = new HashSet<string>();

    /// <summary>The plugins whose leave it waits for.</summary>
    public IReadOnlySet<string> WaitsFor { get; set; } = new HashSet<string>();

    /// <summary>What happened while it was in flight.</summary>
    public List<ClusterEvent> SeenInFlight { get; } = [];

    /// <summary>Whether something has happened while it waited that one of those plugins takes for a reason to try again. All of it would be too much to keep: it waits for up to 15 minutes.</summary>
    public bool HasSeenHelp { get; set; }

    /// <summary>Unlike that of any other.</summary>
    public long Order { get; } = order;
}
