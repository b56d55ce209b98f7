using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>POSIX regular expressions as .NET ones, with a time limit so that none can hang a thread.</summary>
internal static class PosixRegex
{
    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Basic syntax: <c>\(</c>, <c>\|</c>, <c>\+</c> are special and the bare ones are not; extended: the other way round, as in .NET.
    /// </summary>
    public static Regex Compile(string pattern, bool extended, bool ignoreCase = false)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                var next = pattern[++i];
                text.Append(!extended && "(){}|+?".Contains(next) ? next.ToString() : "\\" + next);
            }
            else if (c == '[') i = CopySet(pattern, i, text);
            else if (!extended && "(){}|+?".Contains(c)) text.Append('\\').Append(c);
            else if (!extended && c == '*' && i == 0) text.Append("\\*");
            else text.Append(c);
        }
        try
        {
            return new Regex(text.ToString(), ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None, Limit);
        }
        catch (ArgumentException)
        {
            throw new FileError($"bad regex '{pattern}'");
        }
    }

    private static int CopySet(string pattern, int at, StringBuilder text)
    {
        var from = at + (at + 1 < pattern.Length && pattern[at + 1] == '^' ? 3 : 2);
        var end = from <= pattern.Length ? pattern.IndexOf(']', from) : -1;
        while (end > 0 && pattern[end - 1] == ':' && end + 1 < pattern.Length) end = pattern.IndexOf(']', end + 1);
        if (end < 0)
        {
            text.Append("\\[");
            return at;
        }
        text.Append(pattern[at..(end + 1)]
            .Replace("[:space:]", "\\s", StringComparison.Ordinal).Replace("[:digit:]", "0-9", StringComparison.Ordinal)
            .Replace("[:alpha:]", "a-zA-Z", StringComparison.Ordinal).Replace("[:alnum:]", "a-zA-Z0-9", StringComparison.Ordinal)
            .Replace("[:upper:]", "A-Z", StringComparison.Ordinal).Replace("[:lower:]", "a-z", StringComparison.Ordinal));
        return end;
    }
}

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

/// <summary>One sed command: an address or a range, and s, d, p, q, a, i or c.</summary>
internal sealed class SedCommand
{
    private Func<int, bool, string, bool>? _from, _to;
    private bool _isIn;
    private Regex? _pattern;
    private string _replacement = "";
    private bool _all;

    public char Kind { get; private set; }
    public string Text { get; private set; } = "";

    public static IEnumerable<SedCommand> Parse(string script, bool extended)
    {
        var at = 0;
        while (true)
        {
            while (at < script.Length && (script[at] is ' ' or ';' or '\t')) at++;
            if (at >= script.Length) yield break;
            var command = new SedCommand();
            command._from = Address(script, ref at, extended);
            if (command._from is not null && at < script.Length && script[at] == ',')
            {
                at++;
                command._to = Address(script, ref at, extended);
            }
            while (at < script.Length && script[at] == ' ') at++;
            if (at >= script.Length) throw new FileError("missing command");
            command.Kind = script[at++];
            if (command.Kind == 's') command.ParseSubstitution(script, ref at, extended);
            else if (command.Kind is 'a' or 'i' or 'c')
            {
                command.Text = script[at..].TrimStart('\\', ' ');
                at = script.Length;
            }
            yield return command;
        }
    }

    public bool Selects(int number, bool isLast, string line)
    {
        if (_from is null) return true;
        if (_to is null) return _from(number, isLast, line);
        if (!_isIn) return _isIn = _from(number, isLast, line);
        if (_to(number, isLast, line)) _isIn = false;
        return true;
    }

    public string Substitute(string line) => _pattern!.Replace(line, Evaluate, _all ? -1 : 1);

    private string Evaluate(Match match)
    {
        var result = new StringBuilder();
        for (var i = 0; i < _replacement.Length; i++)
        {
            var c = _replacement[i];
            if (c == '&') result.Append(match.Value);
            else if (c != '\\' || i + 1 >= _replacement.Length) result.Append(c);
            else if (char.IsAsciiDigit(_replacement[++i])) result.Append(match.Groups[_replacement[i] - '0'].Value);
            else result.Append(_replacement[i] == 'n' ? '\n' : _replacement[i]);
        }
        return result.ToString();
    }

    private void ParseSubstitution(string script, ref int at, bool extended)
    {
        var delimiter = script[at++];
        var pattern = Until(script, ref at, delimiter);
        _replacement = Until(script, ref at, delimiter);
        var ignoreCase = false;
        for (; at < script.Length && (script[at] is 'g' or 'i' or 'I' or 'p'); at++)
        {
            _all |= script[at] == 'g';
            ignoreCase |= script[at] is 'i' or 'I';
        }
        _pattern = PosixRegex.Compile(pattern, extended, ignoreCase);
    }

    private static string Until(string script, ref int at, char delimiter)
    {
        var text = new StringBuilder();
        for (; at < script.Length && script[at] != delimiter; at++)
        {
            if (script[at] == '\\' && at + 1 < script.Length)
            {
                at++;
                if (script[at] != delimiter) text.Append('\\');
            }
            text.Append(script[at]);
        }
        if (at++ >= script.Length) throw new FileError("unmatched '" + delimiter + "'");
        return text.ToString();
    }

    private static Func<int, bool, string, bool>? Address(string script, ref int at, bool extended)
    {
        if (at >= script.Length) return null;
        if (script[at] == '$')
        {
            at++;
            return (_, isLast, _) => isLast;
        }
        if (script[at] == '/')
        {
            at++;
            var regex = PosixRegex.Compile(Until(script, ref at, '/'), extended);
            return (_, _, line) => regex.IsMatch(line);
        }
        var start = at;
        while (at < script.Length && char.IsAsciiDigit(script[at])) at++;
        if (start == at) return null;
        var number = int.Parse(script.AsSpan(start, at - start), CultureInfo.InvariantCulture);
        return (n, _, _) => n == number;
    }
}

/// <summary>
/// awk's commonest use: an optional <c>/regex/</c> or <c>NR==n</c>, and <c>{print …}</c> of fields, NR, NF and strings. Anything else is
/// refused.
/// </summary>
internal sealed partial class Awk : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "Fv");
        if (options.Operands.Count == 0 || Shape().Match(options.Operands[0]) is not { Success: true } program)
        {
            await self.ErrorAsync("awk: only [/regex/ | NR==n] {print ...} is supported here");
            return 2;
        }
        var separator = options.Value("F");
        var items = Items().Matches(program.Groups["items"].Value).Select(m => m.Value).ToList();
        var regex = program.Groups["regex"].Success ? PosixRegex.Compile(program.Groups["regex"].Value, extended: true) : null;
        var row = program.Groups["row"].Success ? int.Parse(program.Groups["row"].Value, CultureInfo.InvariantCulture) : 0;
        var number = 0;
        return await Streams.ForEachFileAsync(self, "awk", options.Operands[1..], async (_, file) =>
        {
            await foreach (var line in Streams.LinesAsync(file, self.Killed))
            {
                number++;
                if ((row != 0 && row != number) || regex?.IsMatch(line) == false) continue;
                var fields = separator is null ? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : line.Split(separator);
                await self.WriteLineAsync(items.Count == 0 ? line : string.Concat(items.Select(i => i == "," ? " " : Value(i, line, fields, number))));
            }
        });
    }

    private static string Value(string item, string line, string[] fields, int number) => item switch
    {
        "$0" => line,
        "$NF" => fields.LastOrDefault() ?? "",
        "NR" => number.ToString(CultureInfo.InvariantCulture),
        "NF" => fields.Length.ToString(CultureInfo.InvariantCulture),
        ['$', .. var index] => int.TryParse(index, out var i) && i <= fields.Length ? fields[i - 1] : "",
        _ => Escapes.Expand(item.Trim('"')).Text,
    };

    [GeneratedRegex(@"^\s*(/(?<regex>[^/]*)/|NR\s*==\s*(?<row>\d+))?\s*(\{\s*print\s*(?<items>[^}]*)\})?\s*;?\s*$")]
    private static partial Regex Shape();

    [GeneratedRegex("\"[^\"]*\"|\\$NF|\\$\\d+|NR|NF|,")]
    private static partial Regex Items();
}

internal sealed class Sort : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "kto");
        var (lines, status) = await Streams.AllLinesAsync(self, "sort", options.Operands);
        var key = options.TryValue(out var k, "k") && int.TryParse(k.Split(',', '.', 'n', 'r')[0], out var column) ? column : 0;
        var numeric = options.Has("n") || k?.Contains('n') == true;
        var separator = options.Value("t");
        IEnumerable<string> sorted = numeric
            ? lines.OrderBy(l => Number(KeyOf(l))).ThenBy(l => l, StringComparer.Ordinal)
            : lines.OrderBy(KeyOf, options.Has("f") ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal);
        if (options.Has("r") || k?.Contains('r') == true) sorted = sorted.Reverse();
        if (options.Has("u")) sorted = sorted.Distinct(StringComparer.Ordinal);
        await self.WriteAsync(string.Concat(sorted.Select(l => l + "\n")));
        return status;

        string KeyOf(string line)
        {
            if (key == 0) return line;
            var fields = separator is null ? line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : line.Split(separator);
            return key <= fields.Length ? string.Join(' ', fields.Skip(key - 1)) : "";
        }
    }

    private static double Number(string text)
    {
        var match = Regex.Match(text, @"^\s*-?\d+(\.\d+)?");
        return match.Success ? double.Parse(match.Value, CultureInfo.InvariantCulture) : 0;
    }
}

internal sealed class Unique : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var (lines, status) = await Streams.AllLinesAsync(self, "uniq", options.Operands);
        for (var i = 0; i < lines.Count;)
        {
            var count = 1;
            while (i + count < lines.Count && lines[i + count] == lines[i]) count++;
            if (!(options.Has("d") && count == 1) && !(options.Has("u") && count > 1)) await self.WriteLineAsync(options.Has("c") ? $"{count,7} {lines[i]}" : lines[i]);
            i += count;
        }
        return status;
    }
}

internal sealed class Cut : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "dfcb");
        var list = options.Value("f", "c", "b");
        if (list is null)
        {
            await self.ErrorAsync("cut: expected a list of bytes, characters, or fields");
            return 1;
        }
        var ranges = list.Split(',').Select(Range).ToList();
        var delimiter = options.Value("d") ?? "\t";
        return await Streams.ForEachFileAsync(self, "cut", options.Operands, async (_, file) =>
        {
            await foreach (var line in Streams.LinesAsync(file, self.Killed))
            {
                if (!options.Has("f")) await self.WriteLineAsync(string.Concat(line.Where((_, i) => ranges.Exists(r => i + 1 >= r.From && i + 1 <= r.To))));
                else if (line.Contains(delimiter, StringComparison.Ordinal))
                    await self.WriteLineAsync(string.Join(delimiter, line.Split(delimiter).Where((_, i) => ranges.Exists(r => i + 1 >= r.From && i + 1 <= r.To))));
                else if (!options.Has("s")) await self.WriteLineAsync(line);
            }
        });
    }

    private static (int From, int To) Range(string text)
    {
        var parts = text.Split('-', 2);
        var from = int.TryParse(parts[0], out var f) ? f : 1;
        return (from, parts.Length == 1 ? from : int.TryParse(parts[1], out var to) ? to : int.MaxValue);
    }
}

internal sealed class Translate : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var from = Set(options.Operands.ElementAtOrDefault(0) ?? "");
        var to = Set(options.Operands.ElementAtOrDefault(1) ?? "");
        await foreach (var text in Chunks(self))
        {
            var output = new StringBuilder();
            foreach (var c in text)
            {
                var index = from.IndexOf(c) is var at && options.Has("c", "C") ? (at < 0 ? int.MaxValue : -1) : at;
                if (options.Has("d") && index >= 0) continue;
                var mapped = index < 0 || to.Length == 0 ? c : to[int.Min(index, to.Length - 1)];
                if (options.Has("s") && index >= 0 && output.Length > 0 && output[^1] == mapped) continue;
                output.Append(mapped);
            }
            await self.WriteAsync(output.ToString());
        }
        return 0;
    }

    private static async IAsyncEnumerable<string> Chunks(SimProcess self)
    {
        var decoder = Encoding.UTF8.GetDecoder();
        var bytes = new byte[4096];
        var chars = new char[4097];
        while (await self.Stdin.ReadAsync(bytes, self.Killed) is var count and > 0)
            yield return new string(chars, 0, decoder.GetChars(bytes, 0, count, chars, 0));
    }

    private static string Set(string text)
    {
        text = Escapes.Expand(text).Text
            .Replace("[:upper:]", "A-Z", StringComparison.Ordinal).Replace("[:lower:]", "a-z", StringComparison.Ordinal)
            .Replace("[:digit:]", "0-9", StringComparison.Ordinal).Replace("[:space:]", " \t\n\r\f\v", StringComparison.Ordinal)
            .Replace("[:alnum:]", "a-zA-Z0-9", StringComparison.Ordinal).Replace("[:alpha:]", "a-zA-Z", StringComparison.Ordinal);
        var set = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (i + 2 < text.Length && text[i + 1] == '-' && text[i + 2] >= text[i])
            {
                for (var c = text[i]; c <= text[i + 2]; c++) set.Append(c);
                i += 2;
            }
            else set.Append(text[i]);
        }
        return set.ToString();
    }
}

internal sealed class Tee : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments);
        var targets = options.Operands.ConvertAll(path => self.Files.OpenWrite(path, options.Has("a")));
        try
        {
            var buffer = new byte[4096];
            while (await self.Stdin.ReadAsync(buffer, self.Killed) is var count and > 0)
            {
                await self.Stdout.WriteAsync(buffer.AsMemory(0, count), self.Killed);
                foreach (var target in targets) await target.WriteAsync(buffer.AsMemory(0, count), self.Killed);
            }
            return 0;
        }
        finally
        {
            targets.ForEach(t => t.Release());
        }
    }
}

internal sealed class Xargs : IProgram
{
    public async ValueTask<int> RunAsync(SimProcess self, IReadOnlyList<string> arguments)
    {
        var options = new Arguments(arguments, "nILP", stopAtOperand: true);
        var input = Encoding.UTF8.GetString(await self.Stdin.ReadToEndAsync(self.Killed));
        var place = options.Value("I");
        var words = input.Split(place is null ? [' ', '\n', '\t'] : ['\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        IReadOnlyList<string> command = options.Operands.Count == 0 ? ["echo"] : options.Operands;
        var size = place is not null ? 1 : int.TryParse(options.Value("n"), out var n) && n > 0 ? n : int.MaxValue;
        if (words.Length == 0 && options.Has("r")) return 0;
        var status = 0;
        foreach (var chunk in words.Length == 0 ? [[]] : words.Chunk(int.Min(size, words.Length)))
        {
            string[] full = place is null ? [.. command, .. chunk] : [.. command.Select(c => c.Replace(place, chunk[0], StringComparison.Ordinal))];
            if (await Launch.RunAsync(self, "xargs", full) != 0) status = 123;
        }
        return status;
    }
}
