using System.Globalization;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class Sort : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "kto");
        var (lines, status) = await Streams.AllLinesAsync(self, "sort", options.Operands);
        var key = options.TryValue(out var k, "k") && int.TryParse(k.Split(',', '.', 'n', 'r')[0], out var column) ? column : 0;
        var numeric = options.Has("n") || k?.Contains('n') == true;
        var separator = options.Value("t");
        IEnumerable<string> sorted = numeric
            ? lines.OrderBy(l => Number(KeyOf(l))).ThenBy(l => l, StringComparer.Ordinal)
            : lines.OrderBy(KeyOf, options.Has("f") ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        if (options.Has("r") || k?.Contains('r') == true) sorted = sorted.Reverse();
        if (options.Has("u")) sorted = sorted.Distinct(StringComparer.Ordinal);
        await self.WriteAsync(string.Concat(sorted.Select(l => l + "\n")));
        return status;

        string KeyOf(string line)
        {
            if (key == 0) return line;
            var fields = separator is null ? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : line.Split(separator);
            return key <= fields.Length ? string.Join(' ', fields.Skip(key - 1)) : "";
        }
    }

    private static double Number(string text)
    {
        var match = Regex.Match(text, @"^\s*-?\d+(\.\d+)?");
        return match.Success ? double.Parse(match.Value, CultureInfo.InvariantCulture) : 0;
    }
}
