using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>rev: each line backwards.</summary>
internal sealed class Reverse : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments) =>
        Streams.ForEachFileAsync(self, "rev", new Arguments(arguments).Operands, async (_, file) =>
        {
            await foreach (var line in Streams.LinesAsync(self, file)) await self.WriteLineAsync(new string([.. line.Reverse()]));
        }, isPlain: true);
}
