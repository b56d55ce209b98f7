namespace MiniK8s.Hosting.Waking;

/// <summary>A clock whose long waits end together: a wait of 5 s or more ends at a whole tenth of a second, never early.</summary>
/// <remarks>
/// For a process with thousands of loops that each look after something every so many seconds. To wake a thread for one of them costs more
/// than most of what is then done, so all of a tenth of a second wake together (timer slack, as Linux has it). And the runtime keeps its
/// timers in a list which it walks three times a second, whatever is due; here each beat has its own list, a timing wheel as Varghese and
/// Lauck describe it (1987), and a timer costs nothing while it waits. Shorter waits, periodic timers and the clock are the inner one's.
/// </remarks>
/// <param name="inner">What time it is, and who fires the timers that are not coalesced.</param>
public sealed class CoalescingTimeProvider(TimeProvider inner) : TimeProvider
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(int.MaxValue);
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(100);

    private readonly long _start = inner.GetTimestamp();
    private readonly Lock _gate = new();        // guards the fields below and what CoalescedTimer says it guards
    private readonly Dictionary<long, LinkedList<CoalescedTimer>> _waiting = [];
    private readonly PriorityQueue<long, long> _beats = new();      // the keys above
    private ITimer? _alarm;
    private long _alarmAt = long.MaxValue;      // the beat that it is set for

    /// <inheritdoc/>
    public override long TimestampFrequency => inner.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => inner.LocalTimeZone;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

    /// <inheritdoc/>
    public override long GetTimestamp() => inner.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (!IsCoalesced(dueTime, period)) return inner.CreateTimer(callback, state, dueTime, period);
        var timer = new CoalescedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private static bool IsCoalesced(TimeSpan dueTime, TimeSpan period) => dueTime >= Long && dueTime <= Longest && period == Timeout.InfiniteTimeSpan;

    // By the clock that is never set back.
    private TimeSpan SinceStart() => inner.GetElapsedTime(_start);

    // Under the gate.
    private LinkedList<CoalescedTimer> ListAfter(TimeSpan wait)
    {
        var beat = ((SinceStart() + wait).Ticks + Beat.Ticks - 1) / Beat.Ticks;
        if (!_waiting.TryGetValue(beat, out var list))
        {
            _waiting[beat] = list = new LinkedList<CoalescedTimer>();
            _beats.Enqueue(beat, beat);
            if (beat < _alarmAt) SetAlarm(beat);
        }
        return list;
    }

    private void SetAlarm(long beat)
    {
        _alarmAt = beat;
        var wait = TimeSpan.FromTicks(beat * Beat.Ticks) - SinceStart();
        // A timer's wait is cut to whole milliseconds; it must not end before the beat.
        wait = TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling(wait.TotalMilliseconds)));
        _alarm ??= inner.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _alarm.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Fire()
    {
        lock (_gate)
        {
            var now = SinceStart().Ticks / Beat.Ticks;
            while (_beats.TryPeek(out var beat, out _) && beat <= now)
            {
                _beats.Dequeue();
                _waiting.Remove(beat, out var due);
                while (due!.First is { } first)
                {
                    due.RemoveFirst();
                    first.Value.BeginCall();
                }
            }
            _alarmAt = long.MaxValue;
            if (_beats.TryPeek(out var next, out _)) SetAlarm(next);
        }
    }

    /// <summary>A timer that was long when it was made; set to a short wait later, it is the inner clock's.</summary>
    private sealed class CoalescedTimer : ITimer, IThreadPoolWorkItem
    {
        private readonly CoalescingTimeProvider _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly LinkedListNode<CoalescedTimer> _node;      // in a beat's list while it waits
        private ITimer? _exact;
        private TaskCompletionSource? _ended;
        private int _calls;
        private bool _isDisposed;

        public CoalescedTimer(CoalescingTimeProvider clock, TimerCallback callback, object? state)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _node = new LinkedListNode<CoalescedTimer>(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (_clock._gate)
            {
                if (_isDisposed) return false;
                _node.List?.Remove(_node);
                if (IsCoalesced(dueTime, period))
                {
                    _exact?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                    _clock.ListAfter(dueTime).AddLast(_node);
                    return true;
                }
                _exact ??= _clock.CreateExact(_callback, _state);
                return _exact.Change(dueTime, period);
            }
        }

        public void Dispose()
        {
            lock (_clock._gate)
            {
                _isDisposed = true;
                _node.List?.Remove(_node);
            }
            _exact?.Dispose();
        }

        /// <summary>Completes when no call is under way any more.</summary>
        public async ValueTask DisposeAsync()
        {
            Dispose();
            Task ended;
            lock (_clock._gate) ended = _calls == 0 ? Task.CompletedTask : (_ended ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            await ended;
            if (_exact is not null) await _exact.DisposeAsync();
        }

        /// <summary>Each on its own: one that takes its time holds up no other. Under the gate.</summary>
        public void BeginCall()
        {
            _calls++;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        void IThreadPoolWorkItem.Execute()
        {
            try
            {
                _callback(_state);
            }
            finally
            {
                lock (_clock._gate)
                {
                    if (--_calls == 0) _ended?.TrySetResult();
                }
            }
        }
    }

    private ITimer CreateExact(TimerCallback callback, object? state) => inner.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
