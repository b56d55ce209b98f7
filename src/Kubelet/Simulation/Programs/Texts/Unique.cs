using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>uniq: equal lines in a row as one; <c>-c -d -u -i -f -s -w</c>.</summary>
internal sealed class Unique : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "fsw");
        var (lines, status) = await Streams.AllLinesAsync(self, "uniq", options.Operands);
        for (var i = 0; i < lines.Count;)
        {
            var count = 1;
            while (i + count < lines.Count && Key(lines[i + count]) == Key(lines[i])) count++;
            if (!(options.Has("d") && count == 1) && !(options.Has("u") && count > 1)) await self.WriteLineAsync(options.Has("c") ? $"{count,7} {lines[i]}" : lines[i]);
            i += count;
        }
        return status;

        // What of a line is compared: less -f fields and -s characters, at most -w, in capitals with -i.
        string Key(string line)
        {
            var at = 0;
            for (var fields = Number("f"); fields > 0 && at < line.Length; fields--)
            {
                while (at < line.Length && char.IsWhiteSpace(line[at])) at++;
                while (at < line.Length && !char.IsWhiteSpace(line[at])) at++;
            }
            var rest = line[int.Min(line.Length, at + Number("s"))..];
            if (options.Has("w")) rest = rest[..int.Min(rest.Length, Number("w"))];
            return options.Has("i") ? rest.ToUpperInvariant() : rest;
        }

        int Number(string name) => int.TryParse(options.Value(name), out var number) && number > 0 ? number : 0;
    }
}
