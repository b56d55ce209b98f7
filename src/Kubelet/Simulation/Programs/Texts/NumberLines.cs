using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>nl: lines with their numbers, empty ones without.</summary>
internal sealed class NumberLines : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "bvwsi");
        var (lines, status) = await Streams.AllLinesAsync(self, "nl", options.Operands, isPlain: true);
        var number = 0;
        foreach (var line in lines) await self.WriteLineAsync(line == "" && options.Value("b") != "a" ? "       " : $"{++number,6}\t{line}");
        return status;
    }
}
