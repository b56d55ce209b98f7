using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>wc: lines, words and bytes; <c>-l -w -c -m -L</c>.</summary>
internal sealed class WordCount : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var all = !options.Has("l", "w", "c", "m", "L");
        var totals = default(Counts);
        var status = await Streams.ForEachFileAsync(self, "wc", options.Operands, async (path, file) =>
        {
            var counts = await CountAsync(self, file);
            totals = totals.With(counts);
            await self.WriteLineAsync(Row(counts, path == "-" ? "" : path));
        }, isPlain: true);
        if (options.Operands.Count > 1) await self.WriteLineAsync(Row(totals, "total"));
        return status;

        string Row(Counts counts, string name)
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

    private static async ValueTask<Counts> CountAsync(SimProcess self, OpenFile file)
    {
        var (lines, words, bytes, longest) = (0L, 0L, 0L, 0L);
        var (length, inWord) = (0L, false);
        var buffer = new byte[4096];
        while (await file.ReadAsync(buffer, self.Killed) is var count and > 0)
        {
            bytes += count;
            foreach (var b in buffer.AsSpan(0, count))
            {
                var isBlank = b is (byte)' ' or (>= (byte)'\t' and <= (byte)'\r');
                if (!isBlank && !inWord) words++;
                inWord = !isBlank;
                if (b == '\n') (lines, length) = (lines + 1, 0);
                else if ((b & 0xC0) != 0x80) longest = long.Max(longest, ++length);        // one for each character, not for each byte
            }
        }
        return new(lines, words, bytes, longest);
    }

    private readonly record struct Counts(long Lines, long Words, long Bytes, long Longest)
    {
        public Counts With(Counts other) => new(Lines + other.Lines, Words + other.Words, Bytes + other.Bytes, long.Max(Longest, other.Longest));
    }
}
