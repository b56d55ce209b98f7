using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>wc: lines, words and bytes; <c>-l -w -c -m -L</c>.</summary>
internal sealed class WordCount : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var all = !options.Has("l", "w", "c", "m", "L");
        var totals = (Lines: 0L, Words: 0L, Bytes: 0L, Longest: 0L);
        var status = await Streams.ForEachFileAsync(self, "wc", options.Operands, async (path, file) =>
        {
            var bytes = await file.ReadToEndAsync(self);
            var counts = (Lines: (long)bytes.AsSpan().Count((byte)'\n'), Words: (long)Encoding.UTF8.GetString(bytes).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, Bytes: (long)bytes.Length, Longest: (long)Streams.SplitLines(bytes).Select(l => l.Length).DefaultIfEmpty(0).Max());
            totals = (totals.Lines + counts.Lines, totals.Words + counts.Words, totals.Bytes + counts.Bytes, long.Max(totals.Longest, counts.Longest));
            await self.WriteLineAsync(Row(counts, path == "-" ? "" : path));
        }, isPlain: true);
        if (options.Operands.Count > 1) await self.WriteLineAsync(Row(totals, "total"));
        return status;

        string Row((long Lines, long Words, long Bytes, long Longest) counts, string name)
        {
            var columns = new List<long>();
            if (all || options.Has("l")) columns.Add(counts.Lines);
            if (all || options.Has("w")) columns.Add(counts.Words);
            if (all || options.Has("c", "m")) columns.Add(counts.Bytes);
            if (options.Has("L")) columns.Add(counts.Longest);
            var numbers = columns.Count == 1 ? columns[0].ToString(CultureInfo.InvariantCulture) : string.Join(' ', columns.Select(c => $"{c,9}"));
            return name == "" ? numbers : $"{numbers} {name}";
        }
    }
}
