namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// Keeps a busy loop from eating the processor: a container may run 20,000 steps (commands, loop rounds) at once and 10,000 a second
/// after that; whoever is ahead waits. Such a
/// <c>while true; do :; done</c> costs about a hundredth of a core, and shows as a full core in the statistics.
/// </summary>
internal sealed class StepThrottle(TimeProvider time)
{
    private const int Burst = 20_000;
    private const int PerSecond = 10_000;
    private const int YieldEvery = 512;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly Lock _gate = new();                // guards the two below
    private double _left = Burst;
    private long _filledAt = time.GetTimestamp();
    private int _steps;
    private long _throttledAt;

    /// <summary>Whether steps have had to wait within the last second.</summary>
    public bool IsBusy => time.GetElapsedTime(Volatile.Read(ref _throttledAt)) < TimeSpan.FromSeconds(1) && _throttledAt != 0;

    /// <summary>Pays for work of so many steps, and waits while the container is in debt.</summary>
    public async ValueTask StepAsync(SimProcess self, int cost = 1)
    {
        self.Killed.ThrowIfCancellationRequested();
        if (!self.Clock.IsLive && !self.Clock.MayStep()) self.Clock.GoLive();
        while (!Take(cost))
        {
            Volatile.Write(ref _throttledAt, time.GetTimestamp());
            if (self.Clock.IsLive) await Task.Delay(Pause, time, self.Killed);
            else
            {
                await Task.Yield();        // catching up is bounded by the replay, not by time
                return;
            }
        }
        if (Interlocked.Add(ref _steps, cost) % YieldEvery < cost) await Task.Yield();
    }

    /// <summary>Pays for work that cannot wait in its midst: the next step does.</summary>
    public void Charge(int cost)
    {
        lock (_gate) _left -= cost;
    }

    private bool Take(int cost)
    {
        lock (_gate)
        {
            if (_left < 1)
            {
                var now = time.GetTimestamp();
                _left = double.Min(Burst, _left + (time.GetElapsedTime(_filledAt, now).TotalSeconds * PerSecond));
                _filledAt = now;
                if (_left < 1) return false;
            }
            _left -= cost;
            return true;
        }
    }
}
