namespace MiniK8s.Hosting.Waking;

/// <summary>Rings the bells of many loops a few at a time: 50 at once, then 50 a millisecond. As long as there are fewer, none waits.</summary>
/// <remarks>
/// A thousand streams woken together are a thousand items in the thread pool's queue, which every step of every other request has to sit
/// out. And to wake a stream costs more than to put another event into what it sends next: those that still wait gather meanwhile.
/// </remarks>
public sealed class WakePace : IDisposable
{
    private const int AtOnce = 50;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();        // guards everything here; innermost
    private readonly Queue<Bell> _due = [];
    private readonly TimeProvider? _time;
    private readonly ITimer? _timer;
    private long _pausedAt;
    private bool _isPaused;

    /// <summary>A pace that nothing waits for.</summary>
    /// <param name="time">Times the pauses; without it there are none.</param>
    public WakePace(TimeProvider? time) =>
        (_time, _timer) = (time, time?.CreateTimer(_ => EndPause(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));

    /// <summary>Puts a bell in line, once; <see cref="Ring"/> begins with the first.</summary>
    public void Add(Bell bell)
    {
        lock (_gate) PutInLine(bell);
    }

    /// <summary>Puts bells in line, each once.</summary>
    public void Add(IReadOnlyList<Bell> bells)
    {
        lock (_gate)
        {
            foreach (var bell in bells) PutInLine(bell);
        }
    }

    /// <summary>Rings the bells in line: as many as may ring now, the others after a pause.</summary>
    public void Ring()
    {
        lock (_gate)
        {
            if (!_isPaused) RingFirst(_timer is null ? int.MaxValue : AtOnce);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer?.Dispose();

    private void PutInLine(Bell bell)
    {
        if (!bell.IsDue) _due.Enqueue(bell);
        bell.IsDue = true;
    }

    private void EndPause()
    {
        lock (_gate)
        {
            _isPaused = false;
            // Timers come late, by 4 ms where the kernel ticks 250 times a second: that much more is due.
            RingFirst(int.Max(AtOnce, (int)(AtOnce * (_time!.GetElapsedTime(_pausedAt) / Pause))));
        }
    }

    private void RingFirst(int most)
    {
        var rung = 0;
        for (; rung < most && _due.TryDequeue(out var bell); rung++)
        {
            bell.IsDue = false;
            bell.Ring();
        }
        if (rung < AtOnce || _timer is null) return;
        _pausedAt = _time!.GetTimestamp();
        _isPaused = _timer.Change(Pause, Timeout.InfiniteTimeSpan);
    }
}
