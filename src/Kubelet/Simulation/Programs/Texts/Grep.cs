using System.Globalization;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

internal sealed class Grep : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "emABC");
        var operands = options.Operands;
        var patterns = options.Values("e").ToList();
        if (patterns.Count == 0)
        {
            if (operands.Count == 0)
            {
                await self.ErrorAsync("Usage: grep [-HhnlLoqvsrRiwFE] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... } [FILE]...");
                return 2;
            }
            patterns.Add(operands[0]);
            operands.RemoveAt(0);
        }
        var name = FileTree.Name(arguments[0]);
        var matchers = patterns.SelectMany(p => p.Split('\n')).Select(p => Matcher(p, options, name)).ToList();
        var files = options.Has("r", "R") ? Below(self, operands.Count == 0 ? ["."] : operands) : operands;
        var names = options.Has("H") || (files.Count > 1 && !options.Has("h")) || options.Has("r", "R");
        var max = int.TryParse(options.Value("m"), out var m) ? m : int.MaxValue;
        var after = int.TryParse(options.Value("A") ?? options.Value("C"), out var a) ? a : 0;
        var found = false;
        var status = await Streams.ForEachFileAsync(self, "grep", files, async (path, file) =>
        {
            var prefix = names ? (path == "-" ? "(standard input)" : path) + ":" : "";
            var (number, count, trailing) = (0, 0, 0);
            await foreach (var line in Streams.LinesAsync(file, self.Killed))
            {
                number++;
                var match = matchers.Select(r => r.Match(line)).FirstOrDefault(r => r.Success);
                if (match is not null == options.Has("v"))
                {
                    if (trailing-- > 0 && !options.Has("c", "q", "l")) await self.WriteLineAsync(line);
                    continue;
                }
                found = true;
                count++;
                trailing = after;
                if (options.Has("q", "l")) break;
                var shown = options.Has("o") && match is not null ? match.Value : line;
                if (!options.Has("c")) await self.WriteLineAsync($"{prefix}{(options.Has("n") ? $"{number}:" : "")}{shown}");
                if (count >= max) break;
            }
            if (options.Has("l") && count > 0) await self.WriteLineAsync(path);
            if (options.Has("c")) await self.WriteLineAsync($"{prefix}{count.ToString(CultureInfo.InvariantCulture)}");
        });
        return status != 0 ? 2 : found ? 0 : 1;
    }

    private static Regex Matcher(string pattern, Arguments options, string name)
    {
        if (options.Has("F") || name == "fgrep") pattern = Regex.Escape(pattern);
        var extended = options.Has("E", "F", "P") || name is "egrep" or "fgrep";
        if (options.Has("w")) pattern = extended ? $@"\b({pattern})\b" : $@"\b\({pattern}\)\b";
        if (options.Has("x")) pattern = extended ? $"^({pattern})$" : $@"^\({pattern}\)$";
        return PosixRegex.Compile(pattern, extended, options.Has("i"));
    }

    private static List<string> Below(SimProcess self, IEnumerable<string> roots)
    {
        var files = new List<string>();
        foreach (var root in roots)
        {
            if (self.Files.Find(root) is not DirectoryNode) files.Add(root);
            else files.AddRange(Below(self, self.Files.List(root).Select(e => $"{root.TrimEnd('/')}/{e.Key}")));
        }
        return files;
    }
}
