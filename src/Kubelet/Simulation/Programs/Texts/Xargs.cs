using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>xargs: its input's words as a command's arguments; <c>-n -I -0 -r -t</c>, one command after the other.</summary>
internal sealed class Xargs : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "nILP", stopAtOperand: true);
        var input = Encoding.UTF8.GetString(await new MeteredFile(self, self.Stdin.Retain()).ReadToEndAsync(self));
        var place = options.Value("I");
        var words = options.Has("0") ? input.Split('\0', StringSplitOptions.RemoveEmptyEntries) : Words(input, wholeLines: place is not null);
        if (words is null)
        {
            await self.ErrorAsync("xargs: unmatched quote");
            return 1;
        }
        self.Hold(WorkMeter.PerLine * (long)words.Length);
        await self.Work.PayAsync(WorkMeter.PerLine * (long)words.Length);
        IReadOnlyList<string> command = options.Operands.Count == 0 ? ["echo"] : options.Operands;
        var size = place is not null ? 1 : int.TryParse(options.Value("n"), out var n) && n > 0 ? n : int.MaxValue;
        if (words.Length == 0 && (options.Has("r") || place is not null)) return 0;
        var status = 0;
        foreach (var chunk in words.Length == 0 ? [[]] : words.Chunk(int.Min(size, words.Length)))
        {
            string[] full = place is null ? [.. command, .. chunk] : [.. command.Select(c => place == "" ? c : c.Replace(place, chunk[0], StringComparison.Ordinal))];
            if (options.Has("t")) await self.ErrorAsync(string.Join(' ', full));
            if (Launch.Resolve(self, full[0]) is null)
            {
                await self.ErrorAsync($"xargs: {full[0]}: No such file or directory");
                return 127;
            }
            if (await Launch.RunAsync(self, "xargs", full) != 0) status = 123;
        }
        return status;
    }

    // Blanks part words, quotes and backslashes keep them together; null if a quote does not end.
    private static string[]? Words(string input, bool wholeLines)
    {
        if (wholeLines) return input.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var (words, word, begun) = (new List<string>(), new StringBuilder(), false);
        for (var i = 0; i < input.Length; i++)
        {
            var c = input[i];
            if (c is ' ' or '\n' or '\t')
            {
                if (begun) words.Add(word.ToString());
                word.Clear();
                begun = false;
                continue;
            }
            begun = true;
            if (c is '\'' or '"')
            {
                var end = input.IndexOf(c, i + 1);
                if (end < 0) return null;
                word.Append(input, i + 1, end - i - 1);
                i = end;
            }
            else if (c == '\\' && i + 1 < input.Length) word.Append(input[++i]);
            else word.Append(c);
        }
        if (begun) words.Add(word.ToString());
        return [.. words];
    }
}
