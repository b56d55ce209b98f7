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
        self.Hold(WorkMeter.PerLine * (long)lines.Count);
        var rows = new List<Row>(lines.Count);
        foreach (var line in lines)
        {
            await self.Work.PayAsync(WorkMeter.PerItem + (keys.Count * (long)line.Length));
            rows.Add(new Row(line, [.. keys.Select(k => k.ValueOf(line))]));
        }
        if (options.Has("c")) return await CheckAsync(self, rows, Compare, options.Has("u"));
        var sorted = await MergeSort.SortAsync(self, rows, Compare);
        if (options.Has("u")) sorted = [.. sorted.Where((row, i) => i == 0 || CompareKeys(sorted[i - 1], row) != 0)];
        if (options.TryValue(out var path, "o")) await self.Files.WriteTextAsync(path, string.Concat(sorted.Select(r => r.Line + "\n")));
        else foreach (var row in sorted) await self.WriteLineAsync(row.Line);
        return 0;

        int CompareKeys(Row a, Row b)
        {
            for (var i = 0; i < keys.Count; i++)
                if (keys[i].Compare(a.Keys[i], b.Keys[i]) is var by and not 0) return by;
            return 0;
        }

        int Compare(Row a, Row b) => CompareKeys(a, b) is var by and not 0 ? by : options.Has("s", "u") ? 0 : string.CompareOrdinal(a.Line, b.Line) * (options.Has("r") ? -1 : 1);
    }

    private static async ValueTask<int> CheckAsync(SimProcess self, List<Row> rows, Comparison<Row> order, bool isStrict)
    {
        for (var i = 1; i < rows.Count; i++)
        {
            await self.Work.PayAsync(WorkMeter.PerItem);
            if (order(rows[i - 1], rows[i]) is var by && (by < 0 || (by == 0 && !isStrict))) continue;
            await self.ErrorAsync($"sort: Check line {i + 1}");
            return 1;
        }
        return 0;
    }

    /// <summary>A line, and what each key sees of it.</summary>
    private sealed record Row(string Line, KeyValue[] Keys);

    private readonly record struct KeyValue(string Text, double Number);

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

        public KeyValue ValueOf(string line)
        {
            var text = Of(line);
            if (Flags.Contains('b')) text = text.TrimStart();
            if (Flags.Contains('n')) return new("", Numbers().Match(text) is { Success: true } match ? double.Parse(match.Value, CultureInfo.InvariantCulture) : 0);
            return new(Flags.Contains('f') ? text.ToUpperInvariant() : text, 0);
        }

        public int Compare(KeyValue left, KeyValue right)
        {
            var by = Flags.Contains('n') ? left.Number.CompareTo(right.Number) : string.CompareOrdinal(left.Text, right.Text);
            return Flags.Contains('r') ? -by : by;
        }

        private string Of(string line)
        {
            if (From == 0) return line;
            // Without a separator a field begins with the blanks before it.
            var fields = Separator is null ? [.. Fields().Matches(line).Select(m => m.Value)] : line.Split(Separator);
            return string.Join(Separator ?? "", fields.Take(To == 0 ? int.MaxValue : To).Skip(From - 1));
        }

        [GeneratedRegex(@"^(\d+)(?:\.\d+)?([a-zA-Z]*)(?:,(\d+)(?:\.\d+)?([a-zA-Z]*))?")]
        private static partial Regex Shape();

        [GeneratedRegex(@"\s*\S+")]
        private static partial Regex Fields();

        [GeneratedRegex(@"^\s*-?\d+(\.\d+)?")]
        private static partial Regex Numbers();
    }
}
