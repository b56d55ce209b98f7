using System.Threading.Tasks.Sources;

namespace MiniK8s.Hosting.Waking;

/// <summary>Wakes the one loop that waits for it. Rung while nobody waits, the next wait hears it; rung twice, once.</summary>
/// <remarks>A channel of one would do the same with a registration of the token and a linked node for each wait; a stream waits thousands of times.</remarks>
public sealed class Bell : IValueTaskSource
{
    private const int Quiet = 0;
    private const int Rung = 1;
    private const int WaitedFor = 2;

    private ManualResetValueTaskSourceCore<bool> _wait = new() { RunContinuationsAsynchronously = true };
    private int _state;

    /// <summary>Whether it stands in its <see cref="WakePace"/>'s line; kept here since a set of them would cost more. The pace's lock guards it.</summary>
    internal bool IsDue { get; set; }

    /// <summary>Wakes whoever waits, or whoever waits next. Any thread; the loop goes on on a pool thread.</summary>
    public void Ring()
    {
        Interlocked.MemoryBarrier();            // what was changed before the ring is seen after the wait that hears it
        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Rung: return;
                case Quiet when Interlocked.CompareExchange(ref _state, Rung, Quiet) == Quiet: return;
                case WaitedFor when Interlocked.CompareExchange(ref _state, Quiet, WaitedFor) == WaitedFor:
                    _wait.SetResult(true);
                    return;
            }
        }
    }

    /// <summary>Completes once rung. One wait at a time; its result is awaited once.</summary>
    public ValueTask WaitAsync()
    {
        _wait.Reset();
        if (Interlocked.CompareExchange(ref _state, WaitedFor, Quiet) == Quiet) return new ValueTask(this, _wait.Version);
        Interlocked.Exchange(ref _state, Quiet);        // it was rung; a fence, too, for what is looked at next
        return ValueTask.CompletedTask;
    }

    void IValueTaskSource.GetResult(short token) => _wait.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _wait.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _wait.OnCompleted(continuation, state, token, flags);
}
