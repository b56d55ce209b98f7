using System.Globalization;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>time: runs a command and says how long it took on the process's clock.</summary>
internal sealed class TimeCommand : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 1)
        {
            await self.ErrorAsync("Usage: time [-vpa] [-o FILE] PROG ARGS");
            return 1;
        }
        var start = self.Clock.Now;
        var status = await Launch.RunAsync(self, "time", [.. arguments.Skip(1)]);
        var took = self.Clock.Now - start;
        await self.ErrorAsync(string.Create(CultureInfo.InvariantCulture, $"real\t{(int)took.TotalMinutes}m {took.Seconds}.{took.Milliseconds / 10:00}s\nuser\t0m 0.00s\nsys\t0m 0.00s"));
        return status;
    }
}
