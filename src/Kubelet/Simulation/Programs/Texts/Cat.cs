using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>cat, with <c>-n</c>, <c>-b</c>, <c>-e</c>, <c>-t</c>, <c>-v</c> and <c>-A</c>.</summary>
internal sealed class Cat : IProgram
{
    public ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var number = 0;
        return Streams.ForEachFileAsync(self, "cat", options.Operands, async (_, file) =>
        {
            if (!options.Has("n", "b", "e", "t", "v", "A"))
            {
                await Streams.CopyAsync(self, file, self.Stdout);
                return;
            }
            await foreach (var line in Streams.LinesAsync(self, file))
            {
                if (options.Has("n") || (options.Has("b") && line != "")) await self.WriteAsync($"{++number,6}\t");
                await self.WriteLineAsync(Visible(line, tabs: options.Has("t", "A"), all: options.Has("e", "t", "v", "A")) + (options.Has("e", "A") ? "$" : ""));
            }
        });
    }

    private static string Visible(string line, bool tabs, bool all)
    {
        if (!all) return line;
        var text = new StringBuilder();
        foreach (var c in line)
        {
            if (c == '\t' && !tabs) text.Append(c);
            else if (c < ' ') text.Append('^').Append((char)(c + '@'));
            else text.Append(c == '\u007f' ? "^?" : c.ToString());
        }
        return text.ToString();
    }
}
