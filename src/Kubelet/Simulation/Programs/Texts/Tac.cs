using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>tac: the lines from the last to the first.</summary>
internal sealed class Tac : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var (lines, status) = await Streams.AllLinesAsync(self, "tac", new Arguments(arguments).Operands, isPlain: true);
        for (var i = lines.Count - 1; i >= 0; i--) await self.WriteLineAsync(lines[i]);
        return status;
    }
}
