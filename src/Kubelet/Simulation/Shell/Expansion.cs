using System.Globalization;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>
/// Turns words into fields: parameters, command substitution, arithmetic, field splitting, file names, quotes; in POSIX's order.
/// </summary>
internal sealed class Expansion(SimProcess self, ShellState state, Func<Command, ValueTask<string>> substitute)
{
    private const int MaxLength = 1 << 20;          // of one word
    private const int MaxFields = 100_000;          // of one command
    private const int MaxTotal = 4 << 20;
    private const int BytesPerCharacter = 4;        // the text and the pattern
    private const int ArithmeticWork = 8;           // of one character

    public async ValueTask<List<string>> FieldsAsync(IEnumerable<Word> words)
    {
        var fields = new List<string>();
        var length = 0L;
        foreach (var word in words)
        {
            var collector = new FieldCollector(state.Get("IFS") ?? " \t\n");
            await AddAsync(collector, word, isFirst: true);
            var before = length;
            foreach (var field in collector.Finish())
            {
                AddFileNames(fields, field);
                if (fields.Count > MaxFields || (length += field.Text.Length) > MaxTotal) throw new ShellError("out of memory", 2);
            }
            self.Work.Add(length - before);
        }
        // Nothing waits before the caller holds what they take.
        self.Work.Add(WorkMeter.PerLine * (long)fields.Count);
        return fields;
    }

    /// <summary>No splitting, no file names: assignments, redirections, here-documents, case subjects.</summary>
    public async ValueTask<string> TextAsync(Word word)
    {
        var collector = new FieldCollector(null);
        await AddAsync(collector, word, isFirst: true);
        self.Work.Add(collector.Length);
        return string.Join(' ', collector.Finish().Select(f => f.Text));
    }

    /// <summary>As text, but what was quoted is escaped: for case and <c>${x#…}</c>.</summary>
    public async ValueTask<string> PatternAsync(Word word)
    {
        var collector = new FieldCollector(null);
        await AddAsync(collector, word, isFirst: true);
        self.Work.Add(collector.Length);
        return string.Join(' ', collector.Finish().Select(f => f.Pattern));
    }

    public long Evaluate(string expression)
    {
        self.Work.Add(ArithmeticWork * (long)expression.Length);
        try
        {
            return new Arithmetic(expression, name => state.Get(name), state.Set).Evaluate();
        }
        catch (ArithmeticError error)
        {
            throw new ShellError(error.Message == "divide by zero" ? error.Message : $"arithmetic {error.Message}", 2);
        }
    }

    private async ValueTask AddAsync(FieldCollector to, Word word, bool isFirst)
    {
        foreach (var part in word.Parts)
        {
            switch (part)
            {
                case LiteralPart literal:
                    to.AddLiteral(isFirst && !literal.IsQuoted ? WithHome(literal.Text) : literal.Text, literal.IsQuoted);
                    break;
                case HereDocumentPart document:
                    to.AddLiteral(await TextAsync(document.Document.Body), quoted: true);
                    break;
                case SubstitutionPart substitution:
                    // What stands before it is kept meanwhile.
                    using (self.Holding(BytesPerCharacter * (long)to.Length)) to.AddExpanded((await substitute(substitution.Body)).TrimEnd('\n'), part.IsQuoted);
                    break;
                case ArithmeticPart arithmetic:
                    to.AddExpanded(Evaluate(await TextAsync(arithmetic.Expression)).ToString(CultureInfo.InvariantCulture), part.IsQuoted);
                    break;
                case ParameterPart { Name: "@" or "*" } all when all.Operator == "":
                    AddParameters(to, all);
                    break;
                case ParameterPart parameter:
                    await AddParameterAsync(to, parameter);
                    break;
            }
            isFirst = false;
            if (to.Length > MaxLength) throw new ShellError("out of memory", 2);
        }
    }

    private void AddParameters(FieldCollector to, ParameterPart part)
    {
        if (part is { IsQuoted: true, Name: "*" })
        {
            var separator = state.Get("IFS") is { } ifs ? ifs.Length > 0 ? ifs[..1] : "" : " ";
            to.AddLiteral(string.Join(separator, state.Parameters), quoted: true);
            return;
        }
        for (var i = 0; i < state.Parameters.Length; i++)
        {
            if (i > 0) to.Break();
            to.AddExpanded(state.Parameters[i], part.IsQuoted);
        }
    }

    private async ValueTask AddParameterAsync(FieldCollector to, ParameterPart part)
    {
        var value = ValueOf(part.Name);
        switch (part.Operator)
        {
            case ":-" when string.IsNullOrEmpty(value):
            case "-" when value is null:
                await AddArgumentAsync(to, part);
                return;
            case ":=" when string.IsNullOrEmpty(value):
            case "=" when value is null:
                state.Set(part.Name, value = await TextAsync(part.Argument!));
                break;
            case ":?" when string.IsNullOrEmpty(value):
            case "?" when value is null:
                var message = await TextAsync(part.Argument!);
                throw new ShellError($"{part.Name}: {(message != "" ? message : part.Operator == "?" ? "parameter not set" : "parameter not set or null")}", 2);
            case ":+" when !string.IsNullOrEmpty(value):
            case "+" when value is not null:
                await AddArgumentAsync(to, part);
                return;
            case ":+" or "+":
                value = "";
                break;
            case "length":
                value = (value?.Length ?? 0).ToString(CultureInfo.InvariantCulture);
                break;
            case "#" or "##" or "%" or "%%":
                value = Trim(value ?? "", await PatternAsync(part.Argument!), part.Operator);
                break;
            case "/" or "//":
                var pattern = await PatternAsync(part.Argument!);
                value = ShellPattern.Replace(value ?? "", pattern, part.Replacement is { } by ? await TextAsync(by) : "", all: part.Operator == "//", MaxLength, self.Work);
                break;
            case ":":
                value = Slice(value ?? "", await TextAsync(part.Argument!));
                break;
        }
        if (value is null && state.NoUnset && part.Operator == "") throw new ShellError($"{part.Name}: parameter not set", 2);
        to.AddExpanded(value ?? "", part.IsQuoted);
    }

    private async ValueTask AddArgumentAsync(FieldCollector to, ParameterPart part)
    {
        if (part.IsQuoted) to.AddLiteral(await TextAsync(part.Argument!), quoted: true);
        else
        {
            foreach (var inner in part.Argument!.Parts)
            {
                // Unquoted text of the argument is subject to splitting, as the value would be.
                if (inner is LiteralPart { IsQuoted: false } literal) to.AddExpanded(literal.Text, quoted: false);
                else await AddAsync(to, new Word([inner]), isFirst: false);
            }
        }
    }

    private string? ValueOf(string name) => name switch
    {
        "?" => state.LastStatus.ToString(CultureInfo.InvariantCulture),
        "$" => state.Pid.ToString(CultureInfo.InvariantCulture),
        "!" => state.LastBackgroundPid?.ToString(CultureInfo.InvariantCulture) ?? "",
        "#" => state.Parameters.Length.ToString(CultureInfo.InvariantCulture),
        "-" => (state.ExitOnError ? "e" : "") + (state.Trace ? "x" : ""),
        "@" or "*" => string.Join(' ', state.Parameters),
        "0" => state.Name,
        "RANDOM" when state.Get(name) is null => (HashCode.Combine(self.Pid, self.Clock.Now) & 0x7FFF).ToString(CultureInfo.InvariantCulture),
        "LINENO" when state.Get(name) is null => state.Line.ToString(CultureInfo.InvariantCulture),
        "PPID" when state.Get(name) is null => self.ParentPid.ToString(CultureInfo.InvariantCulture),
        "HOSTNAME" when state.Get(name) is null => self.Kernel.Hostname,
        "SECONDS" when state.Get(name) is null => ((long)(self.Clock.Now - self.StartedAt).TotalSeconds).ToString(CultureInfo.InvariantCulture),
        "PWD" when state.Get(name) is null => self.WorkingDirectory,
        _ when char.IsAsciiDigit(name[0]) => int.TryParse(name, CultureInfo.InvariantCulture, out var i) && i > 0 && i <= state.Parameters.Length ? state.Parameters[i - 1] : null,
        _ => state.Get(name),
    };

    private string WithHome(string text)
    {
        if (text is not "~" && !text.StartsWith("~/", StringComparison.Ordinal)) return text;
        return (state.Get("HOME") ?? "/") + text[1..];
    }

    private string Trim(string value, string pattern, string operation)
    {
        var (fromStart, longest) = (operation[0] == '#', operation.Length == 2);
        var length = fromStart ? ShellPattern.PrefixLength(pattern, value, longest, self.Work) : ShellPattern.SuffixLength(pattern, value, longest, self.Work);
        return length <= 0 ? value : fromStart ? value[length..] : value[..^length];
    }

    private string Slice(string value, string argument)
    {
        var parts = argument.Split(':', 2);
        var start = Evaluate(parts[0]);
        if (start < 0) start = long.Max(0, value.Length + start);
        start = long.Min(start, value.Length);
        var length = parts.Length > 1 ? Evaluate(parts[1]) : value.Length;
        var end = length < 0 ? long.Max(start, value.Length + length) : long.Min(value.Length, start + length);
        return value[(int)start..(int)end];
    }

    private void AddFileNames(List<string> fields, Field field)
    {
        if (state.NoGlob || !ShellPattern.HasMagic(field.Pattern))
        {
            fields.Add(field.Text);
            return;
        }
        var found = FileNames(field.Pattern);
        if (found.Count == 0) fields.Add(field.Text);
        else fields.AddRange(found);
    }

    private List<string> FileNames(string pattern)
    {
        var found = new List<string> { pattern.StartsWith('/') ? "/" : "" };
        foreach (var part in pattern.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new List<string>();
            foreach (var directory in found)
            {
                if (!ShellPattern.HasMagic(part))
                {
                    if (self.Files.Exists(directory + ShellPattern.Unescape(part))) next.Add(directory + ShellPattern.Unescape(part) + "/");
                    continue;
                }
                if (self.Files.Find(directory == "" ? "." : directory) is not DirectoryNode) continue;
                next.AddRange(self.Files.List(directory == "" ? "." : directory)
                    .Where(e => (e.Key[0] != '.' || part[0] == '.') && ShellPattern.IsMatch(part, e.Key)).Select(e => $"{directory}{e.Key}/"));
            }
            found = next;
        }
        if (pattern.EndsWith('/')) found = found.FindAll(f => self.Files.Find(f) is DirectoryNode);
        else found = found.ConvertAll(f => f.TrimEnd('/'));
        return found.FindAll(f => f != "");
    }
}
