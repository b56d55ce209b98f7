using System.Text.RegularExpressions;
using System.Text;
using MiniK8s.Kubelet.Simulation.Files;

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
        var options = ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None;
        try
        {
            // Linear in the text; what refers back to a group cannot be, and has a time limit instead.
            return new Regex(text.ToString(), options | RegexOptions.NonBacktracking, Limit);
        }
        catch (NotSupportedException)
        {
            return new Regex(text.ToString(), options, Limit);
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
