namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>A signal that stays set until somebody has waited for it; setting it twice is setting it once. One waits at a time.</summary>
internal sealed class Wakeup
{
    private readonly Lock _gate = new();        // guards the two fields below
    private bool _isSet;
    private TaskCompletionSource<bool>? _waiter;

    public void Set()
    {
        lock (_gate)
        {
            // A wait whose time was up a moment before does not use the signal up: the next one has it.
            if (_waiter?.TrySetResult(true) != true) _isSet = true;
        }
    }

    /// <summary>What has been signalled up to now is about to be looked at.</summary>
    public void Clear()
    {
        lock (_gate) _isSet = false;
    }

    /// <summary>Returns true when it is set; false after <paramref name="atMost"/> (zero: at once), or when <paramref name="stopping"/> is.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken stopping)
    {
        var waiter = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isSet)
            {
                _isSet = false;
                return true;
            }
            if (atMost == TimeSpan.Zero) return false;
            _waiter = waiter;
        }
        await using var timer = time.CreateTimer(_ => waiter.TrySetResult(false), null, atMost, Timeout.InfiniteTimeSpan);
        await using var stop = stopping.Register(() => waiter.TrySetResult(false));
        return await waiter.Task;
    }
}
