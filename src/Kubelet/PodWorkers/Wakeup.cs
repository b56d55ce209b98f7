namespace MiniK8s.Kubelet.PodWorkers;

/// <summary>A signal that stays set until somebody has waited for it; setting it twice is setting it once.</summary>
internal sealed class Wakeup
{
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly Lock _gate = new();        // makes test-and-release one step

    public void Set()
    {
        lock (_gate)
        {
            if (_signal.CurrentCount == 0) _signal.Release();
        }
    }

    /// <summary>What has been signalled up to now is about to be looked at.</summary>
    public void Clear() => _signal.Wait(0);

    /// <summary>Returns true when it is set; false after <paramref name="atMost"/>, or when <paramref name="stopping"/> is.</summary>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken stopping)
    {
        using var timeOver = new CancellationTokenSource(atMost, time);      // a timer of its own, which may fire while it is given up
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(timeOver.Token, stopping);
        var signalled = _signal.WaitAsync(limit.Token);
        await signalled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return signalled.IsCompletedSuccessfully;
    }
}
