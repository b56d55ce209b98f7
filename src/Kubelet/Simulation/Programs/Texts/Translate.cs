using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>tr: maps, deletes (<c>-d</c>) or squeezes (<c>-s</c>) characters; <c>-c</c> all but those given.</summary>
internal sealed class Translate : IProgram
{
    private const int MaxSet = 1 << 16;

    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var from = Set(options.Operands.ElementAtOrDefault(0) ?? "");
        var to = Set(options.Operands.ElementAtOrDefault(1) ?? "");
        var (complement, deletes, squeezes) = (options.Has("c", "C"), options.Has("d"), options.Has("s"));
        var places = new Dictionary<char, int>();
        for (var i = 0; i < from.Length; i++) places.TryAdd(from[i], i);
        await foreach (var text in Chunks(self))
        {
            var output = new StringBuilder(text.Length);
            foreach (var c in text)
            {
                var index = places.GetValueOrDefault(c, -1) is var at && complement ? (at < 0 ? int.MaxValue : -1) : at;
                if (deletes && index >= 0) continue;
                var mapped = index < 0 || to.Length == 0 ? c : to[int.Min(index, to.Length - 1)];
                if (squeezes && index >= 0 && output.Length > 0 && output[^1] == mapped) continue;
                output.Append(mapped);
            }
            await self.WriteAsync(output.ToString());
        }
        return 0;
    }

    private static async IAsyncEnumerable<string> Chunks(SimProcess self)
    {
        var input = new MeteredFile(self, self.Stdin.Retain());
        var decoder = Encoding.UTF8.GetDecoder();
        var bytes = new byte[4096];
        var chars = new char[4097];
        while (await input.ReadAsync(bytes, self.Killed) is var count and > 0)
            yield return new string(chars, 0, decoder.GetChars(bytes, 0, count, chars, 0));
    }

    private static string Set(string text)
    {
        text = Escapes.Expand(text).Text
            .Replace("[:upper:]", "A-Z", StringComparison.Ordinal).Replace("[:lower:]", "a-z", StringComparison.Ordinal)
            .Replace("[:digit:]", "0-9", StringComparison.Ordinal).Replace("[:space:]", " \t\n\r\f\v", StringComparison.Ordinal)
            .Replace("[:alnum:]", "a-zA-Z0-9", StringComparison.Ordinal).Replace("[:alpha:]", "a-zA-Z", StringComparison.Ordinal);
        var set = new StringBuilder();
        for (var i = 0; i < text.Length && set.Length <= MaxSet; i++)
        {
            if (i + 2 < text.Length && text[i + 1] == '-' && text[i + 2] >= text[i])
            {
                for (int c = text[i]; c <= text[i + 2]; c++) set.Append((char)c);
                i += 2;
            }
            else set.Append(text[i]);
        }
        return set.ToString();
    }
}
