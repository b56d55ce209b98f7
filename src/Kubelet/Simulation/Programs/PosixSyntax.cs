using System.Text;

namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>How POSIX writes a regular expression, and how .NET does.</summary>
internal static class PosixSyntax
{
    private const long Endless = 1_000_000;

    /// <summary>The same expression in .NET's syntax.</summary>
    public static string Translate(string pattern, bool extended)
    {
        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c == '\\' && i + 1 < pattern.Length)
            {
                var next = pattern[++i];
                text.Append(!extended && "(){}|+?".Contains(next) ? next.ToString() : next is '<' or '>' ? "\\b" : "\\" + next);
            }
            else if (c == '[') i = CopySet(pattern, i, text);
            else if (!extended && "(){}|+?".Contains(c)) text.Append('\\').Append(c);
            else if (!extended && c == '*' && i == 0) text.Append("\\*");
            else text.Append(c);
        }
        return text.ToString();
    }

    /// <summary>Whether a translated expression holds nothing that could make a match try again and again.</summary>
    public static bool IsSimple(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is '*' or '+' or '?' or '{' or '|') return false;
            if (text[i] == '\\' && ++i < text.Length && char.IsAsciiDigit(text[i])) return false;
        }
        return true;
    }

    /// <summary>How many characters and sets a translated expression has, each as often as it is repeated.</summary>
    public static long Places(string text)
    {
        var outer = new Stack<long>();
        var (sum, last) = (0L, 0L);
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '(':
                    outer.Push(sum);
                    sum = 0;
                    break;
                case ')':
                    last = sum;
                    sum += outer.TryPop(out var before) ? before : 0;
                    break;
                case '{' when text.IndexOf('}', i) is var end and > 0:
                    var times = long.Max(1, text[(i + 1)..end].Split(',').Max(t => long.TryParse(t, out var n) ? long.Min(n, Endless) : 0));
                    (sum, last) = (long.Min(Endless, sum + (last * (times - 1))), long.Min(Endless, last * times));
                    i = end;
                    break;
                case '*' or '+' or '?' or '|':
                    break;
                case '\\':
                    (i, sum, last) = (i + 1, sum + 1, 1);
                    break;
                case '[':
                    (i, sum, last) = (int.Max(i, text.IndexOf(']', int.Min(i + 2, text.Length))), sum + 1, 1);
                    break;
                default:
                    (sum, last) = (sum + 1, 1);
                    break;
            }
        }
        return sum;
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
