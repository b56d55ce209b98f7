namespace MiniK8s.Scheduler.Queue;

/// <summary>How long pods wait between attempts.</summary>
internal sealed class SchedulingQueueOptions
{
    /// <summary>The wait after the first failed attempt, doubling with each. Default 1 s.</summary>
    public TimeSpan InitialBackoff { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait after a failed attempt. Default 10 s.</summary>
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often ended backoffs are looked for. Default 1 s.</summary>
    public TimeSpan BackoffCheckPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a pod waits at most for a change that may help. Default 5 min.</summary>
    public TimeSpan MaxUnschedulable { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often pods that have waited so long are looked for. Default 30 s.</summary>
    public TimeSpan UnschedulableCheckPeriod { get; set; } = TimeSpan.FromSeconds(30);
}
