using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation.Shell;

/// <summary>
/// Shell patterns: <c>*</c>, <c>?</c>, <c>[a-z]</c>, <c>[!x]</c>, <c>[[:digit:]]</c>, and a backslash that takes the next character as it is.
/// </summary>
internal static class ShellPattern
{
    private const long MaxWork = 20_000_000;
    private const int CompilationWork = 4;

    /// <summary>Whether all of the text is one that the pattern stands for.</summary>
    /// <param name="pattern">The pattern.</param>
    /// <param name="text">The text.</param>
    /// <param name="work">Who pays for the looking.</param>
    public static bool IsMatch(string pattern, ReadOnlySpan<char> text, WorkMeter? work = null) => Run(Compile(pattern), text, fromEnd: false, Wanted.Whole, work) == text.Length;

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

    /// <summary>How long the part at the text's beginning is that the pattern matches, the longest or the shortest; -1: none does.</summary>
    public static int PrefixLength(string pattern, ReadOnlySpan<char> text, bool longest, WorkMeter work) =>
        Run(Compile(pattern), text, fromEnd: false, longest ? Wanted.Longest : Wanted.Shortest, work);

    /// <summary>The same of the text's end.</summary>
    public static int SuffixLength(string pattern, ReadOnlySpan<char> text, bool longest, WorkMeter work)
    {
        var pieces = Compile(pattern);
        Array.Reverse(pieces);
        return Run(pieces, text, fromEnd: true, longest ? Wanted.Longest : Wanted.Shortest, work);
    }

    /// <summary>The text with something else in place of what the pattern matches, the longest from each place on: the first time, or every time.</summary>
    public static string Replace(string text, string pattern, string by, bool all, int limit, WorkMeter work)
    {
        var pieces = Compile(pattern);
        if (pieces.Length == 0) return text;
        var result = new System.Text.StringBuilder();
        var (at, isDone) = (0, false);
        // A star may look at all that is left, from every place: that much is looked at, and no more.
        var left = Array.Exists(pieces, p => p.Kind == PieceKind.Star) ? MaxWork : long.MaxValue;
        while (at < text.Length && !isDone && result.Length <= limit && (left -= text.Length - at) > 0)
        {
            var length = pieces[0].Takes(text[at]) || pieces[0].Kind == PieceKind.Star
                ? pieces is [{ Kind: not PieceKind.Star }] ? 1 : Run(pieces, text.AsSpan(at), fromEnd: false, Wanted.Longest, work) : -1;
            if (length <= 0) result.Append(text[at++]);
            else
            {
                result.Append(by);
                at += length;
                isDone = !all;
            }
        }
        work.Add(at);
        return result.Append(text.AsSpan(at)).ToString();
    }

    private enum Wanted
    {
        Whole,
        Shortest,
        Longest,
    }

    private enum PieceKind
    {
        Character,
        Any,
        Set,
        Star,
    }

    private sealed record Piece(PieceKind Kind, char Character = '\0', bool IsNegated = false, IReadOnlyList<(char From, char To)>? Ranges = null)
    {
        public bool Takes(char c)
        {
            if (Kind == PieceKind.Character) return c == Character;
            if (Kind != PieceKind.Set) return true;
            foreach (var (from, to) in Ranges!)
                if (c >= from && c <= to) return !IsNegated;
            return IsNegated;
        }
    }

    // All places in the pattern at once, so that no text makes it go back: never more than length of text times length of pattern, and where even that
    // is too much it gives up.
    private static int Run(Piece[] pieces, ReadOnlySpan<char> text, bool fromEnd, Wanted wanted, WorkMeter? meter)
    {
        var (active, next) = (new List<int>(), new List<int>());
        var seen = new int[pieces.Length + 1];
        Add(active, 0, stamp: 1);
        var found = active.Contains(pieces.Length) ? 0 : -1;
        if (found == 0 && wanted == Wanted.Shortest) return 0;
        var work = 0L;
        for (var i = 0; i < text.Length && active.Count > 0 && work < MaxWork; i++)
        {
            var c = fromEnd ? text[text.Length - 1 - i] : text[i];
            work += active.Count;
            next.Clear();
            foreach (var at in active)
            {
                if (at == pieces.Length || !pieces[at].Takes(c)) continue;
                Add(next, pieces[at].Kind == PieceKind.Star ? at : at + 1, stamp: i + 2);
            }
            (active, next) = (next, active);
            if (seen[pieces.Length] != i + 2) continue;
            found = i + 1;
            if (wanted == Wanted.Shortest) break;
        }
        meter?.Add(WorkMeter.PerItem + (CompilationWork * (long)pieces.Length) + work);
        return found;

        void Add(List<int> to, int at, int stamp)
        {
            for (; seen[at] != stamp; at++)
            {
                seen[at] = stamp;
                to.Add(at);
                if (at == pieces.Length || pieces[at].Kind != PieceKind.Star) return;       // a star may take nothing
            }
        }
    }

    private static Piece[] Compile(string pattern)
    {
        var pieces = new List<Piece>();
        for (var at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '*':
                    if (pieces is not [.., { Kind: PieceKind.Star }]) pieces.Add(new Piece(PieceKind.Star));
                    break;
                case '?':
                    pieces.Add(new Piece(PieceKind.Any));
                    break;
                case '\\' when at + 1 < pattern.Length:
                    pieces.Add(new Piece(PieceKind.Character, pattern[++at]));
                    break;
                case '[' when TrySet(pattern, at, out var end) is { } set:
                    pieces.Add(set);
                    at = end;
                    break;
                default:
                    pieces.Add(new Piece(PieceKind.Character, pattern[at]));
                    break;
            }
        }
        return [.. pieces];
    }

    private static Piece? TrySet(string pattern, int at, out int end)
    {
        var ranges = new List<(char, char)>();
        var i = at + 1;
        var negated = i < pattern.Length && pattern[i] is '!' or '^';
        if (negated) i++;
        for (var first = true; i < pattern.Length; first = false)
        {
            if (pattern[i] == ']' && !first)
            {
                end = i;
                return new Piece(PieceKind.Set, IsNegated: negated, Ranges: ranges);
            }
            if (pattern.AsSpan(i).StartsWith("[:", StringComparison.Ordinal) && pattern.IndexOf(":]", i, StringComparison.Ordinal) is var close and > 0)
            {
                ranges.AddRange(Class(pattern[(i + 2)..close]));
                i = close + 2;
                continue;
            }
            if (pattern[i] == '\\' && i + 1 < pattern.Length) i++;
            var from = pattern[i++];
            if (i + 1 < pattern.Length && pattern[i] == '-' && pattern[i + 1] != ']')
            {
                ranges.Add((from, pattern[i + 1]));
                i += 2;
            }
            else ranges.Add((from, from));
        }
        end = at;
        return null;
    }

    private static (char, char)[] Class(string name) => name switch
    {
        "digit" => [('0', '9')],
        "alpha" => [('a', 'z'), ('A', 'Z')],
        "alnum" => [('a', 'z'), ('A', 'Z'), ('0', '9')],
        "upper" => [('A', 'Z')],
        "lower" => [('a', 'z')],
        "space" => [('\t', '\r'), (' ', ' ')],
        "blank" => [('\t', '\t'), (' ', ' ')],
        "xdigit" => [('0', '9'), ('a', 'f'), ('A', 'F')],
        "punct" => [('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        _ => [],
    };
}
