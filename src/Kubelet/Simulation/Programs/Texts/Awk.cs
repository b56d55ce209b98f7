using System.Globalization;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>
/// awk's commonest use: an optional <c>/regex/</c> or <c>NR==n</c>, and <c>{print …}</c> of fields, NR, NF and strings. Anything else is
/// refused.
/// </summary>
internal sealed partial class Awk : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "Fv");
        if (options.Operands.Count == 0 || Shape().Match(options.Operands[0]) is not { Success: true } program)
        {
            await self.ErrorAsync("awk: only [/regex/ | NR==n] {print ...} is supported here");
            return 2;
        }
        var separator = options.Value("F");
        var items = Items().Matches(program.Groups["items"].Value).Select(m => m.Value).ToList();
        var regex = program.Groups["regex"].Success ? new PosixRegex(self, program.Groups["regex"].Value, extended: true) : null;
        var row = program.Groups["row"].Success ? int.Parse(program.Groups["row"].Value, CultureInfo.InvariantCulture) : 0;
        var number = 0;
        return await Streams.ForEachFileAsync(self, "awk", options.Operands[1..], async (_, file) =>
        {
            await foreach (var line in Streams.LinesAsync(self, file))
            {
                number++;
                if ((row != 0 && row != number) || regex?.IsMatch(line) == false) continue;
                var fields = separator is null ? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : line.Split(separator);
                await self.WriteLineAsync(items.Count == 0 ? line : string.Concat(items.Select(i => i == "," ? " " : Value(i, line, fields, number))));
            }
        });
    }

    private static string Value(string item, string line, string[] fields, int number) => item switch
    {
        "$0" => line,
        "$NF" => fields.LastOrDefault() ?? "",
        "NR" => number.ToString(CultureInfo.InvariantCulture),
        "NF" => fields.Length.ToString(CultureInfo.InvariantCulture),
        ['$', .. var index] => int.TryParse(index, out var i) && i <= fields.Length ? fields[i - 1] : "",
        _ => Escapes.Expand(item.Trim('"')).Text,
    };

    [GeneratedRegex(@"^\s*(/(?<regex>[^/]*)/|NR\s*==\s*(?<row>\d+))?\s*(\{\s*print\s*(?<items>[^}]*)\})?\s*;?\s*$")]
    private static partial Regex Shape();

    [GeneratedRegex("\"[^\"]*\"|\\$NF|\\$\\d+|NR|NF|,")]
    private static partial Regex Items();
}
