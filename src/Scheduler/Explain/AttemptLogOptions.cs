namespace MiniK8s.Scheduler.Explain;

/// <summary>How much is remembered.</summary>
internal sealed class AttemptLogOptions
{
    /// <summary>Pods whose last attempt is kept.</summary>
    public int MaxAttempts { get; init; } = 10_000;

    /// <summary>What they may take in memory, about. At 5,000 nodes an attempt takes some 5 KiB.</summary>
    public long MaxBytes { get; init; } = 64 << 20;

    /// <summary>Watches served at once.</summary>
    public int MaxWatchers { get; init; } = 64;

    /// <summary>Attempts that may wait for a watch that does not keep up.</summary>
    public int WatchCapacity { get; init; } = 256;
}
