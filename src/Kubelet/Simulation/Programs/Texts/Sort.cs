using System.Globalization;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>sort by lines or keys (<c>-k 2,3nr</c>), with <c>-n -r -f -b -u -s -c -t -o</c>; what compares equal falls back on the whole line.</summary>
internal sealed partial class Sort : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "kto");
        var (lines, status) = await Streams.AllLinesAsync(self, "sort", options.Operands, isPlain: true);
        if (status != 0) return 2;
        var flags = (options.Has("n") ? "n" : "") + (options.Has("f") ? "f" : "") + (options.Has("r") ? "r" : "") + (options.Has("b") ? "b" : "");
        var keys = options.Values("k").Select(k => SortKey.Parse(k, flags, options.Value("t"))).ToList();
        if (keys.Count == 0) keys.Add(new SortKey(0, 0, flags, null));
        var order = new Comparison<string>((a, b) => keys.Select(k => k.Compare(a, b)).FirstOrDefault(c => c != 0));
        var full = new Comparison<string>((a, b) =>
            order(a, b) is var by and not 0 ? by : options.Has("s", "u") ? 0 : string.CompareOrdinal(a, b) * (options.Has("r") ? -1 : 1));
        if (options.Has("c"))
        {
            for (var i = 1; i < lines.Count; i++)
            {
                if (full(lines[i - 1], lines[i]) is var by && (by < 0 || (by == 0 && !options.Has("u")))) continue;
                await self.ErrorAsync($"sort: Check line {i + 1}");
                return 1;
            }
            return 0;
        }
        var sorted = lines.Order(Comparer<string>.Create(full)).ToList();        // stable
        if (options.Has("u")) sorted = [.. sorted.Where((line, i) => i == 0 || order(sorted[i - 1], line) != 0)];
        var text = string.Concat(sorted.Select(l => l + "\n"));
        if (options.TryValue(out var path, "o")) await self.Files.WriteTextAsync(path, text);
        else await self.WriteAsync(text);
        return 0;
    }

    /// <summary>Fields from one to another, 0 for the whole line or its rest, and how they are compared.</summary>
    private sealed partial record SortKey(int From, int To, string Flags, string? Separator)
    {
        public static SortKey Parse(string text, string flags, string? separator)
        {
            var match = Shape().Match(text);
            var own = match.Groups[2].Value + match.Groups[4].Value;
            int Number(int group) => int.TryParse(match.Groups[group].Value, CultureInfo.InvariantCulture, out var n) ? n : 0;
            return new SortKey(Number(1), Number(3), own == "" ? flags : own, separator);
        }

        public int Compare(string left, string right)
        {
            var (a, b) = (Of(left), Of(right));
            if (Flags.Contains('b')) (a, b) = (a.TrimStart(), b.TrimStart());
            var by = Flags.Contains('n') ? Value(a).CompareTo(Value(b))
                : Flags.Contains('f') ? string.CompareOrdinal(a.ToUpperInvariant(), b.ToUpperInvariant())
                : string.CompareOrdinal(a, b);
            return Flags.Contains('r') ? -by : by;
        }

        private string Of(string line)
        {
            if (From == 0) return line;
            // Without a separator a field begins with the blanks before it.
            var fields = Separator is null ? [.. Fields().Matches(line).Select(m => m.Value)] : line.Split(Separator);
            return string.Join(Separator ?? "", fields.Take(To == 0 ? int.MaxValue : To).Skip(From - 1));
        }

        private static double Value(string text) =>
            Numbers().Match(text) is { Success: true } match ? double.Parse(match.Value, CultureInfo.InvariantCulture) : 0;

        [GeneratedRegex(@"^(\d+)(?:\.\d+)?([a-zA-Z]*)(?:,(\d+)(?:\.\d+)?([a-zA-Z]*))?")]
        private static partial Regex Shape();

        [GeneratedRegex(@"\s*\S+")]
        private static partial Regex Fields();

        [GeneratedRegex(@"^\s*-?\d+(\.\d+)?")]
        private static partial Regex Numbers();
    }
}
