using System.Globalization;
using System.Text.RegularExpressions;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Programs.Texts;

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
