using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>A program that only has an exit code: true, false, sync and clear.</summary>
internal sealed class Constant(int code) : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments) => ValueTask.FromResult(code);
}
