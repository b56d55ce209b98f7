using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>sleep, and usleep in millionths: on the process's clock, so that a caught-up or a sped-up one sleeps no longer than it should.</summary>
internal sealed class Sleep : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 2)
        {
            await self.ErrorAsync("sleep: missing operand");
            return 1;
        }
        var total = TimeSpan.Zero;
        foreach (var argument in arguments.Skip(1))
        {
            if (argument is "infinity" or "inf") await self.NextSignalAsync();
            if (Durations.Parse(argument) is not { } duration)
            {
                await self.ErrorAsync($"sleep: invalid number '{argument}'");
                return 1;
            }
            total += FileTree.Name(arguments[0]) == "usleep" ? duration / 1_000_000 : duration;
        }
        await self.SleepAsync(total);
        return 0;
    }
}
