using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class NumberLines : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var (lines, status) = await Streams.AllLinesAsync(self, "nl", new Arguments(arguments, "b").Operands);
        var number = 0;
        foreach (var line in lines) await self.WriteLineAsync(line == "" ? "       " : $"{++number,6}\t{line}");
        return status;
    }
}
