using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>uptime: since the container's start, for there is no machine behind it.</summary>
internal sealed class Uptime : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var up = self.Clock.Now - self.Kernel.BootedAt;
        await self.WriteLineAsync($" {Date.Format(self.Clock.Now.UtcDateTime, "%T")} up {(int)up.TotalMinutes} min,  load average: 0.00, 0.01, 0.05");
        return 0;
    }
}
