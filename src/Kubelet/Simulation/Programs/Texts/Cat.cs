using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class Cat : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var number = 0;
        return Streams.ForEachFileAsync(self, "cat", options.Operands, async (_, file) =>
        {
            if (!options.Has("n"))
            {
                await Streams.CopyAsync(self, file, self.Stdout);
                return;
            }
            await foreach (var line in Streams.LinesAsync(file, self.Killed)) await self.WriteLineAsync($"{++number,6}\t{line}");
        });
    }
}
