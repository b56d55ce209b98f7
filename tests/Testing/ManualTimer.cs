namespace MiniK8s.Testing;

/// <summary>A timer of <see cref="ManualTimeProvider"/>, under whose lock its moment and order change.</summary>
/// <remarks>As .NET's own: once it is disposed no callback begins, and <see cref="DisposeAsync"/> completes when those that had begun have ended.</remarks>
internal sealed class ManualTimer(ManualTimeProvider clock, TimerCallback callback, object? state) : ITimer
{
    public static readonly Comparer<ManualTimer> ByDue = Comparer<ManualTimer>.Create((a, b) => (a.Due, a.Order).CompareTo((b.Due, b.Order)));

    private readonly Lock _gate = new();        // guards the three fields below; within the clock's lock, never held over a callback or another lock
    private bool _disposed;
    private int _running;
    private TaskCompletionSource? _ended;       // waited for once disposed while something ran

    public DateTimeOffset Due { get; set; }

    public long Order { get; set; }

    public TimeSpan Period { get; private set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Looked at under the clock's lock before it is armed: a change that began before the disposal must not arm it after.</summary>
    public bool IsDisposed
    {
        get
        {
            lock (_gate) return _disposed;
        }
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (IsDisposed) return false;
        Period = period;
        clock.Arm(this, dueTime);
        return true;
    }

    public void Fire()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _running++;
        }
        try
        {
            callback(state);
        }
        finally
        {
            lock (_gate)
            {
                if (--_running == 0) _ended?.TrySetResult();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate) _disposed = true;
        clock.Arm(this, Timeout.InfiniteTimeSpan);
    }

    public ValueTask DisposeAsync()
    {
        Dispose();
        lock (_gate)
        {
            if (_running == 0) return ValueTask.CompletedTask;
            _ended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return new ValueTask(_ended.Task);
        }
    }
}
