using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Queue;

/// <summary>Where a pod was in the queue at one moment.</summary>
/// <param name="Since">When it came, or came back after its last attempt.</param>
/// <param name="BackoffUntil">Not tried before.</param>
/// <param name="Attempts">How often it has been tried.</param>
/// <param name="RejectedBy">The plugins that rejected it last.</param>
/// <param name="WaitsFor">The plugins whose leave it asked for last.</param>
internal sealed record PodInQueue(
    PodInfo Pod, Pool Pool, DateTimeOffset Since, DateTimeOffset BackoffUntil, int Attempts, IReadOnlySet<string> RejectedBy, IReadOnlySet<string> WaitsFor);
