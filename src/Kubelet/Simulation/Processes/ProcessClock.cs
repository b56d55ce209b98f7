namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// The time a process sees. Normally that of the <see cref="TimeProvider"/>; after a restart of the kubelet a process that had been
/// running is run again from its
/// start, and sees past time until it has caught up.
/// </summary>
/// <remarks>
/// Containers live in the kubelet, so they end with it when it is killed, while real ones would have gone on. The rule that makes up for
/// it: the program of a container that
/// was running is run again with its clock set to the recorded start. A sleep that would have been over by now returns at once and moves
/// the clock on; the first wait that
/// reaches beyond the present, or that waits for anything but time, makes the clock live. What is printed meanwhile goes to the log with
/// the past time, so the log comes back
/// as it was; writes to files that the journal already holds are not done twice (<see cref="ProcessFiles"/>). Not reproduced: signals
/// received and input read before the
/// restart, and answers of the network as they were then. After 100,000 sleeps, or 200,000 steps without one, the clock jumps to the
/// present, so that a loop of months cannot
/// hold up a start.
/// </remarks>
internal sealed class ProcessClock(TimeProvider time, Replay? replay = null, DateTimeOffset? past = null)
{
    /// <summary>The most that a timer waits for.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromDays(49);

    private DateTimeOffset? _past = past;

    public bool IsLive => _past is null;

    public DateTimeOffset Now => _past ?? time.GetUtcNow();

    public async ValueTask SleepAsync(TimeSpan duration, CancellationToken ct)
    {
        if (duration <= TimeSpan.Zero) return;
        if (_past is { } past)
        {
            var end = past + duration;
            var now = time.GetUtcNow();
            if (end <= now && replay!.MaySleep())
            {
                _past = end;
                replay.Reached(end);
                return;
            }
            GoLive();
            if (end <= now) return;
            duration = end - now;
        }
        for (; duration > LongestDelay; duration -= LongestDelay) await Task.Delay(LongestDelay, time, ct);
        await Task.Delay(duration, time, ct);
    }

    /// <summary>From here on the process waits for something other than time, or has computed too long.</summary>
    public void GoLive()
    {
        if (_past is null) return;
        _past = null;
        replay!.IsOver = true;
    }

    /// <summary>A command or loop round; false when the replay has used up its steps.</summary>
    public bool MayStep() => replay!.MayStep();

    public ProcessClock ForChild() => new(time, replay, _past);

    /// <summary>Having waited for a child, a process is where that child was when it ended.</summary>
    public void JoinChild(ProcessClock child)
    {
        if (_past is null) return;
        if (child._past is null) _past = null;
        else if (child._past > _past) _past = child._past;
    }
}

/// <summary>How far a resumed container has got; shared by its processes.</summary>
internal sealed class Replay(DateTimeOffset start)
{
    private const int MaxSleeps = 100_000;
    private const int MaxStepsBetweenSleeps = 200_000;
    private int _sleeps, _steps;
    private long _latest = start.UtcTicks;

    /// <summary>Some process has reached the present; output of the others counts as present from then on.</summary>
    public bool IsOver { get; set; }

    public DateTimeOffset Latest => new(Volatile.Read(ref _latest), TimeSpan.Zero);

    public void Reached(DateTimeOffset moment)
    {
        if (moment.UtcTicks > Volatile.Read(ref _latest)) Volatile.Write(ref _latest, moment.UtcTicks);
    }

    public bool MaySleep()
    {
        _steps = 0;
        return Interlocked.Increment(ref _sleeps) < MaxSleeps;
    }

    public bool MayStep() => Interlocked.Increment(ref _steps) < MaxStepsBetweenSleeps;
}
