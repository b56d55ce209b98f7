using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class Unique : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var (lines, status) = await Streams.AllLinesAsync(self, "uniq", options.Operands);
        for (var i = 0; i < lines.Count;)
        {
            var count = 1;
            while (i + count < lines.Count && lines[i + count] == lines[i]) count++;
            if (!(options.Has("d") && count == 1) && !(options.Has("u") && count > 1)) await self.WriteLineAsync(options.Has("c") ? $"{count,7} {lines[i]}" : lines[i]);
            i += count;
        }
        return status;
    }
}
