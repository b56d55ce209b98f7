using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>grep, egrep and fgrep: 0 if a line was selected, 1 if none was, 2 if something could not be read.</summary>
internal sealed class Grep : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "emABCf");
        var operands = options.Operands;
        try
        {
            var patterns = options.Values("e").ToList();
            foreach (var path in options.Values("f")) patterns.AddRange(await Streams.SplitAsync(self, await self.Files.ReadAllAsync(path)));
            if (patterns.Count == 0 && !options.Has("e", "f"))
            {
                if (operands.Count == 0)
                {
                    await self.ErrorAsync("Usage: grep [-HhnlLoqvsrRiwFE] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...");
                    return 1;
                }
                patterns.Add(operands[0]);
                operands.RemoveAt(0);
            }
            var name = FileTree.Name(arguments[0]);
            var matchers = new List<PosixRegex>();
            foreach (var pattern in patterns.SelectMany(p => p.Split('\n')))
            {
                matchers.Add(Matcher(self, pattern, options, name));
                await self.Work.PayAsync(WorkMeter.PerItem);
            }
            return await new Search(self, options, matchers).RunAsync(operands);
        }
        catch (FileError error)
        {
            await self.ErrorAsync($"grep: {error.Message}");
            return 2;
        }
    }

    private static PosixRegex Matcher(SimProcess self, string pattern, Arguments options, string name)
    {
        if (options.Has("F") || name == "fgrep") pattern = Regex.Escape(pattern);
        var extended = options.Has("E", "F", "P") || name is "egrep" or "fgrep";
        if (options.Has("w")) pattern = extended ? $@"\b({pattern})\b" : $@"\b\({pattern}\)\b";
        if (options.Has("x")) pattern = extended ? $"^({pattern})$" : $@"^\({pattern}\)$";
        return new PosixRegex(self, pattern, extended, options.Has("i"));
    }

    /// <summary>One run over all files.</summary>
    private sealed class Search(SimProcess self, Arguments options, IReadOnlyList<PosixRegex> matchers)
    {
        private readonly int _max = Number(options, "m", int.MaxValue);
        private readonly int _before = Number(options, "B", Number(options, "C", 0));
        private readonly int _after = Number(options, "A", Number(options, "C", 0));
        private readonly bool _isSilent = options.Has("q", "l", "L", "c");
        private bool _found;
        private bool _hasShown;

        public async ValueTask<int> RunAsync(List<string> operands)
        {
            var files = options.Has("r", "R") ? Below(operands.Count == 0 ? ["."] : operands) : operands;
            var names = options.Has("H") || ((files.Count > 1 || options.Has("r", "R")) && !options.Has("h"));
            var status = await Streams.ForEachFileAsync(self, "grep", files, (path, file) => ReadAsync(path, file, names), isPlain: true, isQuiet: options.Has("s", "q"));
            return _found && options.Has("q") ? 0 : status != 0 ? 2 : _found ? 0 : 1;
        }

        private async ValueTask ReadAsync(string path, OpenFile file, bool names)
        {
            var shownPath = path == "-" ? "(standard input)" : path;
            var (number, count, trailing, last) = (0, 0, 0, 0);
            var earlier = new Queue<(int Number, string Line)>();
            await foreach (var line in Streams.LinesAsync(self, file))
            {
                number++;
                var match = matchers.Select(r => r.Match(line)).FirstOrDefault(r => r.Success);
                if (match is not null == options.Has("v"))
                {
                    if (_isSilent) continue;
                    if (trailing-- > 0) await ShowAsync(number, line, '-');
                    else
                    {
                        if (_before == 0) continue;
                        self.Hold(line.Length + WorkMeter.PerLine);
                        earlier.Enqueue((number, line));
                        if (earlier.Count > _before) self.Hold(-earlier.Dequeue().Line.Length - WorkMeter.PerLine);
                    }
                    continue;
                }
                count++;
                if (options.Has("q", "l", "L")) break;
                if (!_isSilent)
                {
                    while (earlier.TryDequeue(out var one)) await ShowAsync(one.Number, one.Line, '-');
                    await ShowAsync(number, line, ':');
                    trailing = _after;
                }
                if (count >= _max) break;
            }
            _found |= options.Has("L") ? count == 0 : count > 0;
            if (options.Has("l") ? count > 0 : options.Has("L") && count == 0) await self.WriteLineAsync(shownPath);
            if (options.Has("c")) await self.WriteLineAsync($"{(names ? shownPath + ":" : "")}{count}");

            async ValueTask ShowAsync(int at, string line, char mark)
            {
                if ((_before > 0 || _after > 0) && _hasShown && at != last + 1) await self.WriteLineAsync("--");
                (last, _hasShown) = (at, true);
                var prefix = (names ? $"{shownPath}{mark}" : "") + (options.Has("n") ? $"{at}{mark}" : "");
                if (!options.Has("o")) await self.WriteLineAsync(prefix + line);
                else if (mark == ':')
                    foreach (var part in matchers.SelectMany(r => r.Matches(line)).Where(m => m.Length > 0).OrderBy(m => m.Index)) await self.WriteLineAsync(prefix + part.Value);
            }
        }

        // A link below a directory is not followed: it might lead up again.
        private List<string> Below(IEnumerable<string> roots, bool isGiven = true)
        {
            var files = new List<string>();
            foreach (var root in roots)
            {
                if (self.Files.Find(root, isGiven) is not DirectoryNode) files.Add(root);
                else files.AddRange(Below(self.Files.List(root).Select(e => $"{root.TrimEnd('/')}/{e.Key}"), isGiven: false));
            }
            return files;
        }

        private static int Number(Arguments options, string name, int otherwise) => int.TryParse(options.Value(name), out var number) ? number : otherwise;
    }
}
