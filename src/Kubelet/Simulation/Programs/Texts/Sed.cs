using System.Text;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class Sed : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "ef");
        var operands = options.Operands;
        var scripts = options.Values("e").ToList();
        if (scripts.Count == 0 && operands.Count > 0)
        {
            scripts.Add(operands[0]);
            operands.RemoveAt(0);
        }
        var commands = scripts.SelectMany(s => s.Split('\n')).SelectMany(s => SedCommand.Parse(s, options.Has("E", "r"))).ToList();
        if (!options.Has("i"))
        {
            var (lines, status) = await Streams.AllLinesAsync(self, "sed", operands);
            await self.WriteAsync(Apply(commands, lines, options.Has("n")));
            return status;
        }
        foreach (var path in operands)
        {
            var lines = Streams.SplitLines(await self.Files.ReadAllAsync(path)).ToList();
            await self.Files.WriteTextAsync(path, Apply(commands, lines, options.Has("n")));
        }
        return 0;
    }

    private static string Apply(List<SedCommand> commands, List<string> lines, bool quiet)
    {
        var output = new StringBuilder();
        for (var i = 0; i < lines.Count; i++)
        {
            var line = lines[i];
            var (deleted, quits) = (false, false);
            foreach (var command in commands.Where(c => c.Selects(i + 1, i == lines.Count - 1, line)))
            {
                switch (command.Kind)
                {
                    case 's':
                        line = command.Substitute(line);
                        break;
                    case 'd':
                        deleted = true;
                        break;
                    case 'p':
                        output.Append(line).Append('\n');
                        break;
                    case 'q':
                        quits = true;
                        break;
                    case 'i':
                        output.Append(command.Text).Append('\n');
                        break;
                    case 'c':
                        line = command.Text;
                        break;
                }
                if (deleted) break;
            }
            if (!deleted && !quiet) output.Append(line).Append('\n');
            foreach (var command in commands.Where(c => c.Kind == 'a' && c.Selects(i + 1, i == lines.Count - 1, lines[i]))) output.Append(command.Text).Append('\n');
            if (quits) break;
        }
        return output.ToString();
    }
}
