namespace MiniK8s.Testing;

/// <summary>A timer of <see cref="ManualTimeProvider"/>, under whose lock its moment and order change.</summary>
internal sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
{
    public static readonly Comparer<ManualTimer> ByDue = Comparer<ManualTimer>.Create((a, b) => (a.Due, a.Order).CompareTo((b.Due, b.Order)));

    private volatile bool _disposed;

    public DateTimeOffset Due { get; set; }

    public long Order { get; set; }

    public TimeSpan Period { get; private set; } = Timeout.InfiniteTimeSpan;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (_disposed) return false;
        Period = period;
        clock.Arm(this, dueTime);
        return true;
    }

    public void Fire() => callback(state);

    public void Dispose()
    {
        _disposed = true;
        clock.Arm(this, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
