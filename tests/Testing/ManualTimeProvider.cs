namespace MiniK8s.Testing;

/// <summary>A clock that only the test moves. Starts at noon UTC on 1 January 2030.</summary>
/// <remarks>
/// Moving it fires each timer that falls due, in order of time (then of arming), with the clock standing at that timer's moment, on the
/// thread that moves it; a timer armed by a callback fires in the same move when it falls due before its end. One driver at a time:
/// arm the wait (<see cref="WaitForTimersAsync"/>), move the clock, await the named effect.
/// </remarks>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();     // guards everything below; callbacks run outside it
    private readonly SortedSet<ManualTimer> _armed = new(ManualTimer.ByDue);
    private readonly List<(int Timers, TaskCompletionSource Reached)> _waits = [];
    private DateTimeOffset _now = start;
    private long _armings;

    public ManualTimeProvider()
        : this(new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero))
    {
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Timers that will fire if the clock moves far enough.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_lock) return _armed.Count;
        }
    }

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock) return _now;
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock on, firing what falls due on the way, the end included.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        AdvanceTo(GetUtcNow() + by);
    }

    /// <summary>Moves the clock to the next armed timer, fires it and all others of that moment, and says how far that was.</summary>
    /// <exception cref="InvalidOperationException">No timer is armed.</exception>
    public TimeSpan AdvanceToNextTimer()
    {
        DateTimeOffset from, due;
        lock (_lock) (from, due) = (_now, _armed.Min?.Due ?? throw new InvalidOperationException("No timer is armed."));
        AdvanceTo(due);
        return due > from ? due - from : TimeSpan.Zero;
    }

    /// <summary>Waits until at least so many timers are armed at once. Fails after <see cref="Patience.Limit"/> and says how many there were.</summary>
    public async Task WaitForTimersAsync(int timers)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_armed.Count >= timers) return;
            _waits.Add((timers, reached));
        }
        try
        {
            await reached.Task.WaitAsync(Patience.Limit).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"Missing after {Patience.Limit.TotalSeconds} s: {timers} armed timers; there are {ArmedTimers}.");
        }
    }

    internal void Arm(ManualTimer timer, TimeSpan dueTime)
    {
        lock (_lock)
        {
            _armed.Remove(timer);
            if (dueTime == Timeout.InfiniteTimeSpan || timer.IsDisposed) return;
            timer.Due = _now + dueTime;
            timer.Order = ++_armings;
            _armed.Add(timer);
            foreach (var wait in _waits.Where(wait => wait.Timers <= _armed.Count)) wait.Reached.TrySetResult();
            _waits.RemoveAll(wait => wait.Reached.Task.IsCompleted);
        }
    }

    private void AdvanceTo(DateTimeOffset end)
    {
        while (TakeDue(end) is { } timer) timer.Fire();
    }

    // The next timer due by then, already disarmed or armed for its next period; null, with the clock at the end, when there is none.
    private ManualTimer? TakeDue(DateTimeOffset end)
    {
        lock (_lock)
        {
            var timer = _armed.Min;
            if (timer is null || timer.Due > end)
            {
                if (end > _now) _now = end;
                return null;
            }
            if (timer.Due > _now) _now = timer.Due;
            Arm(timer, timer.Period > TimeSpan.Zero ? timer.Period : Timeout.InfiniteTimeSpan);
            return timer;
        }
    }
}
