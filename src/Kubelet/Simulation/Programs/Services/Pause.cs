using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Services;

/// <summary>The pause container's process: sleeps until it is told to end.</summary>
internal sealed class Pause : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        self.Signals.Catch(Signals.Term, Signals.Int);
        var signal = await self.NextSignalAsync();
        await self.ErrorAsync($"Shutting down, got signal: {(signal == Signals.Term ? "Terminated" : "Interrupt")}");
        return 0;
    }
}
