namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>
/// Shell patterns: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!x]</c>, and a backslash that takes the next character as it is.
/// </summary>
internal static class ShellPattern
{
    public static bool IsMatch(string pattern, ReadOnlySpan<char> text) => Match(pattern, text);

    /// <summary>Whether anything in it is special.</summary>
    public static bool HasMagic(string pattern)
    {
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\') i++;
            else if (pattern[i] is '*' or '?' or '[') return true;
        }
        return false;
    }

    public static string Escape(string text)
    {
        if (text.AsSpan().IndexOfAny("*?[]\\") < 0) return text;
        var escaped = new System.Text.StringBuilder();
        foreach (var c in text)
        {
            if (c is '*' or '?' or '[' or ']' or '\\') escaped.Append('\\');
            escaped.Append(c);
        }
        return escaped.ToString();
    }

    public static string Unescape(string pattern)
    {
        if (!pattern.Contains('\\')) return pattern;
        var text = new System.Text.StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length) i++;
            text.Append(pattern[i]);
        }
        return text.ToString();
    }

    // One star at a time, backing up to the last one: linear in practice, never exponential.
    private static bool Match(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = t;
            }
            else if (p < pattern.Length && MatchOne(pattern, p, text[t]) is var width and > 0)
            {
                p += width;
                t++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                t = ++mark;
            }
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    // How many characters of the pattern match one of the text; 0: no match.
    private static int MatchOne(ReadOnlySpan<char> pattern, int at, char c)
    {
        switch (pattern[at])
        {
            case '?':
                return 1;
            case '\\' when at + 1 < pattern.Length:
                return pattern[at + 1] == c ? 2 : 0;
            case '[' when pattern[(at + 1)..].IndexOf(']') is >= 0:
                return MatchSet(pattern, at, c);
            default:
                return pattern[at] == c ? 1 : 0;
        }
    }

    private static int MatchSet(ReadOnlySpan<char> pattern, int at, char c)
    {
        var i = at + 1;
        var negated = pattern[i] is '!' or '^';
        if (negated) i++;
        var found = false;
        for (var first = true; i < pattern.Length && (pattern[i] != ']' || first); first = false)
        {
            if (i + 2 < pattern.Length && pattern[i + 1] == '-' && pattern[i + 2] != ']')
            {
                found |= c >= pattern[i] && c <= pattern[i + 2];
                i += 3;
            }
            else found |= pattern[i++] == c;
        }
        return found != negated ? i - at + 1 : 0;
    }
}
