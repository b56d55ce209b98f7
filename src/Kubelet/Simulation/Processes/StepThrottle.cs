namespace MiniK8s.Kubelet.Simulation.Processes;

/// <summary>
/// Has programs wait for their processor time, and keeps a busy loop from eating that of the host: a container may run 20,000 steps (commands,
/// loop rounds) at once and 10,000 a second after that, less where its quota is less than a core (<see cref="CpuTime"/>). Such a
/// <c>while true; do :; done</c> costs about a hundredth of a core, and shows as a full core in the statistics.
/// </summary>
internal sealed class StepThrottle(CpuTime cpu, TimeProvider time)
{
    private const int YieldEvery = 512;
    private int _steps;

    /// <summary>Whose time it is.</summary>
    public CpuTime Cpu => cpu;

    /// <summary>Pays for work of so many steps, and waits while the container has no time left.</summary>
    public async ValueTask StepAsync(SimProcess self, int cost = 1)
    {
        self.Killed.ThrowIfCancellationRequested();
        if (!self.Clock.IsLive && !self.Clock.MayStep()) self.Clock.GoLive();
        while (cpu.Take(cost, self.Clock.Now) is var wait && wait > TimeSpan.Zero)
        {
            if (self.Clock.IsLive) await Task.Delay(wait, time, self.Killed);
            else
            {
                await Task.Yield();        // catching up is bounded by the replay, not by time
                return;
            }
        }
        if (Interlocked.Add(ref _steps, cost) % YieldEvery < cost) await Task.Yield();
    }

    /// <summary>Pays for work that cannot wait in its midst: the next step does.</summary>
    public void Charge(int cost) => cpu.Charge(cost);
}
