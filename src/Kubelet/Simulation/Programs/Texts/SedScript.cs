using System.Globalization;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

/// <summary>One command of a sed script.</summary>
internal sealed class SedCommand
{
    public SedAddress? From { get; set; }
    public SedAddress? To { get; set; }
    public bool IsNegated { get; set; }
    public char Kind { get; set; }

    /// <summary>What a, i and c write; the label of b, t and T; the two alphabets of y, one after the other.</summary>
    public string Text { get; set; } = "";

    public PosixRegex? Pattern { get; set; }
    public string Replacement { get; set; } = "";

    /// <summary>Which match s replaces first; with <see cref="All"/> those after it too.</summary>
    public int Nth { get; set; } = 1;

    public bool All { get; set; }
    public bool Prints { get; set; }

    /// <summary>Where a block ends or a branch leads.</summary>
    public int Target { get; set; }
}

/// <summary>A line number, the last line, a pattern; or, as a range's end, so many lines on.</summary>
internal sealed record SedAddress(int Line = 0, bool IsLast = false, PosixRegex? Pattern = null, int Step = 0, int Further = -1);

/// <summary>A sed script as a flat list of commands; blocks and branches are places in it.</summary>
internal sealed class SedScript(SimProcess self, string text, bool extended)
{
    private readonly Stack<SedCommand> _blocks = new();
    private readonly Dictionary<string, int> _labels = new(StringComparer.Ordinal);
    private int _at;

    public List<SedCommand> Commands { get; } = [];

    /// <exception cref="FileError">It is none; the message is busybox's.</exception>
    public static SedScript Parse(SimProcess self, string text, bool extended)
    {
        var script = new SedScript(self, text, extended);
        while (script.ParseCommand()) { }
        if (script._blocks.Count > 0) throw new FileError("unmatched {");
        foreach (var jump in script.Commands.Where(c => c.Kind is 'b' or 't' or 'T'))
            jump.Target = jump.Text == "" ? script.Commands.Count
                : script._labels.TryGetValue(jump.Text, out var at) ? at : throw new FileError($"can't find label for jump to '{jump.Text}'");
        return script;
    }

    private char Current => _at < text.Length ? text[_at] : '\0';

    private bool ParseCommand()
    {
        while (_at < text.Length && (Current is ' ' or ';' or '\t' or '\n')) _at++;
        if (_at >= text.Length) return false;
        if (Current == '#')
        {
            while (_at < text.Length && Current != '\n') _at++;
            return true;
        }
        var command = new SedCommand { From = Address() };
        SkipBlanks();
        if (Current == ',')
        {
            _at++;
            SkipBlanks();
            command.To = Address(isEnd: true) ?? throw new FileError("no address after comma");
            SkipBlanks();
        }
        for (; Current is '!' or ' '; _at++) command.IsNegated |= Current == '!';
        if (_at >= text.Length) throw new FileError("missing command");
        command.Kind = text[_at++];
        Commands.Add(command);
        ParseRest(command);
        return true;
    }

    private void ParseRest(SedCommand command)
    {
        switch (command.Kind)
        {
            case '{':
                _blocks.Push(command);
                return;
            case '}':
                if (!_blocks.TryPop(out var block)) throw new FileError("unexpected }");
                block.Target = Commands.Count - 1;
                return;
            case 's':
                ParseSubstitution(command);
                return;
            case 'y':
                if (_at >= text.Length) throw new FileError("missing command");
                var delimiter = text[_at++];
                var (from, to) = (Unescaped(Until(delimiter)), Unescaped(Until(delimiter)));
                if (from.Length != to.Length) throw new FileError("strings for 'y' command are different lengths");
                command.Text = from + to;
                return;
            case 'a' or 'i' or 'c':
                command.Text = ParseText();
                return;
            case ':' or 'b' or 't' or 'T':
                SkipBlanks();
                var start = _at;
                while (_at < text.Length && !(Current is '\n' or ';' or '}' or ' ')) _at++;
                if (command.Kind == ':') _labels[text[start.._at]] = Commands.Count - 1;
                else command.Text = text[start.._at];
                return;
            case 'd' or 'D' or 'p' or 'P' or 'n' or 'N' or 'g' or 'G' or 'h' or 'H' or 'x' or '=' or 'l':
                return;
            case 'q' or 'Q':
                SkipBlanks();
                command.Nth = Digits() ?? 0;
                return;
            default:
                throw new FileError($"unsupported command {command.Kind}");
        }
    }

    // On the same line, or after "a\" on the next; a backslash before a line's end goes on.
    private string ParseText()
    {
        SkipBlanks();
        if (Current == '\\')
        {
            _at++;
            if (Current == '\n') _at++;
        }
        var written = new StringBuilder();
        for (; _at < text.Length && Current != '\n'; _at++)
        {
            if (Current == '\\' && _at + 1 < text.Length) _at++;
            written.Append(Current);
        }
        return written.ToString();
    }

    private void ParseSubstitution(SedCommand command)
    {
        if (_at >= text.Length) throw new FileError("bad substitution");
        var delimiter = text[_at++];
        var pattern = Until(delimiter);
        command.Replacement = Until(delimiter);
        var ignoreCase = false;
        for (; _at < text.Length && !(Current is ' ' or ';' or '\n' or '}'); _at++)
        {
            if (Current == 'g') command.All = true;
            else if (Current == 'p') command.Prints = true;
            else if (Current is 'i' or 'I') ignoreCase = true;
            else if (char.IsAsciiDigit(Current))
            {
                command.Nth = int.Max(1, Digits() ?? 1);
                _at--;
            }
            else throw new FileError("bad option in substitution expression");
        }
        command.Pattern = new PosixRegex(self, pattern, extended, ignoreCase);
    }

    private string Until(char delimiter)
    {
        var part = new StringBuilder();
        for (; _at < text.Length && Current != delimiter; _at++)
        {
            if (Current == '\\' && _at + 1 < text.Length)
            {
                _at++;
                if (Current == 'n') part.Append("\\n");
                else if (Current == delimiter) part.Append(Current);
                else part.Append('\\').Append(Current);
            }
            else part.Append(Current);
        }
        if (_at++ >= text.Length) throw new FileError($"unmatched '{delimiter}'");
        return part.ToString();
    }

    private static string Unescaped(string part) => part.Replace("\\n", "\n", StringComparison.Ordinal).Replace(@"\\", @"\", StringComparison.Ordinal);

    private SedAddress? Address(bool isEnd = false)
    {
        if (Current == '$')
        {
            _at++;
            return new SedAddress(IsLast: true);
        }
        if (Current is '/' or '\\')
        {
            var delimiter = Current == '/' ? '/' : text[int.Min(++_at, text.Length - 1)];
            _at++;
            var pattern = Until(delimiter);
            var ignoreCase = Current is 'I';
            if (ignoreCase) _at++;
            return new SedAddress(Pattern: new PosixRegex(self, pattern, extended, ignoreCase));
        }
        if (isEnd && Current == '+')
        {
            _at++;
            return new SedAddress(Further: Digits() ?? 0);
        }
        if (Digits() is not { } line) return null;
        if (Current != '~') return new SedAddress(line);
        _at++;
        return new SedAddress(line, Step: Digits() ?? 0);
    }

    private int? Digits()
    {
        var start = _at;
        while (char.IsAsciiDigit(Current)) _at++;
        return start == _at ? null : int.TryParse(text.AsSpan(start, _at - start), CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    }

    private void SkipBlanks()
    {
        while (Current is ' ' or '\t') _at++;
    }
}
