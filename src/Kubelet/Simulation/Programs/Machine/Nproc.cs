using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>nproc: two, as <c>/proc/cpuinfo</c> has it.</summary>
internal sealed class Nproc : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        await self.WriteLineAsync("2");
        return 0;
    }
}
