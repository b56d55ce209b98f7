namespace MiniK8s.Testing;

/// <summary>A manual clock whose timestamps may be off from what its timers go by: they fire late (skew above nothing), or early.</summary>
public sealed class SkewedTimeProvider : TimeProvider
{
    /// <summary>What the test moves, and timers go by.</summary>
    public ManualTimeProvider Manual { get; } = new();

    /// <summary>How far timestamps are ahead of the timers.</summary>
    public TimeSpan Skew { get; set; }

    public override long TimestampFrequency => Manual.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => Manual.GetUtcNow();

    public override long GetTimestamp() => Manual.GetTimestamp() + Skew.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        Manual.CreateTimer(callback, state, dueTime, period);
}
