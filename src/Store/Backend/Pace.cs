namespace MiniK8s.Store.Backend;

/// <summary>Lets background work run in short slices with pauses in between, so that whoever waits for an answer finds the processor free.</summary>
internal sealed class Pace(TimeProvider time)
{
    private const int StepsPerLook = 16;
    private static readonly TimeSpan _slice = TimeSpan.FromMilliseconds(2);

    // What took longer was no work: nothing was to be done since the last step, or the whole machine stood still.
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(100);

    private long _began = time.GetTimestamp();
    private int _steps;
    private int _hurries;

    /// <summary>How long a pause is, in slices. 0: no pauses.</summary>
    public double Rest { get; set; }

    /// <summary>Ends the pauses.</summary>
    public CancellationToken Stopping { get; set; }

    /// <summary>Somebody waits for the work: no pauses, until <see cref="Relax"/> was called as often. Any thread.</summary>
    public void Hurry() => Interlocked.Increment(ref _hurries);

    /// <summary>The end of one <see cref="Hurry"/>.</summary>
    public void Relax() => Interlocked.Decrement(ref _hurries);

    /// <summary>Called after each bit of work, on a thread of the work's own; returns after a pause when one is due.</summary>
    /// <exception cref="OperationCanceledException">Stopping.</exception>
    public void Step()
    {
        Thread.Yield();         // else whoever was woken on this processor waits for it to the end of the slice, though another may be free
        if (++_steps % StepsPerLook != 0) return;
        var worked = time.GetElapsedTime(_began);
        if (worked < _slice) return;
        Stopping.ThrowIfCancellationRequested();
        if (worked > _longest) worked = _longest;
        if (Rest > 0 && Volatile.Read(ref _hurries) == 0) Task.Delay(worked * Rest, time, Stopping).GetAwaiter().GetResult();
        _began = time.GetTimestamp();
    }
}
