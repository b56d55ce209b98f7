using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Machine;

/// <summary>nohup, setsid, nice: run the rest.</summary>
internal sealed class RunOther : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var operands = new Arguments(arguments, "n", stopAtOperand: true).Operands;
        return operands.Count == 0 ? ValueTask.FromResult(125) : Launch.RunAsync(self, FileTree.Name(arguments[0]), operands);
    }
}
