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
        var ranges = Joined(list.Split(',').Select(Range));
        var delimiter = options.Value("d") ?? "\t";
        return await Streams.ForEachFileAsync(self, "cut", options.Operands, async (_, file) =>
        {
            await foreach (var line in Streams.LinesAsync(self, file))
            {
                if (!options.Has("f")) await self.WriteLineAsync(string.Concat(Chosen(line.ToCharArray(), ranges)));
                else if (line.Contains(delimiter, StringComparison.Ordinal))
                    await self.WriteLineAsync(string.Join(delimiter, Chosen(line.Split(delimiter), ranges)));
                else if (!options.Has("s")) await self.WriteLineAsync(line);
            }
        }, isPlain: true);
    }

    private static IEnumerable<T> Chosen<T>(T[] all, List<(int From, int To)> ranges) =>
        ranges.SelectMany(r => all.Skip(r.From - 1).Take(r.To - r.From + 1));

    // In order, and none inside another: what is chosen is printed once and as it stands, however it was asked for.
    private static List<(int From, int To)> Joined(IEnumerable<(int From, int To)> ranges)
    {
        var joined = new List<(int From, int To)>();
        foreach (var (from, to) in ranges.Where(r => r.From <= r.To).Order())
        {
            if (joined is [.., var last] && from <= last.To) joined[^1] = (last.From, int.Max(last.To, to));
            else joined.Add((from, to));
        }
        return joined;
    }

    private static (int From, int To) Range(string text)
    {
        var parts = text.Split('-', 2);
        var from = int.TryParse(parts[0], out var f) ? f : 1;
        return (from, parts.Length == 1 ? from : int.TryParse(parts[1], out var to) ? to : int.MaxValue);
    }
}
