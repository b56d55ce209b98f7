using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>cut: characters or fields of each line; <c>-b -c -f -d -s</c>.</summary>
internal sealed class Cut : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "dfcb");
        var list = options.Value("f", "c", "b");
        if (list is null)
        {
            await self.ErrorAsync("cut: expected a list of bytes, characters, or fields");
            return 1;
        }
        var ranges = list.Split(',').Select(Range).ToList();
        var delimiter = options.Value("d") ?? "\t";
        return await Streams.ForEachFileAsync(self, "cut", options.Operands, async (_, file) =>
        {
            await foreach (var line in Streams.LinesAsync(file, self.Killed))
            {
                if (!options.Has("f")) await self.WriteLineAsync(string.Concat(line.Where((_, i) => ranges.Exists(r => i + 1 >= r.From && i + 1 <= r.To))));
                else if (line.Contains(delimiter, StringComparison.Ordinal))
                    await self.WriteLineAsync(string.Join(delimiter, line.Split(delimiter).Where((_, i) => ranges.Exists(r => i + 1 >= r.From && i + 1 <= r.To))));
                else if (!options.Has("s")) await self.WriteLineAsync(line);
            }
        }, isPlain: true);
    }

    private static (int From, int To) Range(string text)
    {
        var parts = text.Split('-', 2);
        var from = int.TryParse(parts[0], out var f) ? f : 1;
        return (from, parts.Length == 1 ? from : int.TryParse(parts[1], out var to) ? to : int.MaxValue);
    }
}
