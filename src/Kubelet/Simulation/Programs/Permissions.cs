namespace MiniK8s.Kubelet.Simulation.Programs;

/// <summary>Modes as chmod takes them: octal, or clauses of who, operator and permissions (<c>u+x,go=r</c>).</summary>
internal static class Permissions
{
    /// <summary>The new mode; null if the text is none.</summary>
    /// <param name="text">What was given.</param>
    /// <param name="current">The mode that clauses change.</param>
    /// <param name="umask">What a clause without a who leaves alone.</param>
    /// <param name="isDirectory">X is x for these, and for files that somebody may execute.</param>
    public static int? Parse(string text, int current, int umask, bool isDirectory = false)
    {
        if (text.Length > 0 && text.All(c => c is >= '0' and <= '7')) return text.Length > 5 ? null : Convert.ToInt32(text, 8) & 0b111_111_111_111;
        var mode = current;
        foreach (var clause in text.Split(','))
        {
            var at = clause.IndexOfAny(['+', '-', '=']);
            if (at < 0 || clause[..at].Any(c => !"ugoa".Contains(c))) return null;
            if (Apply(mode, clause[..at], clause[at..], umask, isDirectory) is not { } next) return null;
            mode = next;
        }
        return mode;
    }

    private static int? Apply(int mode, string who, string rest, int umask, bool isDirectory)
    {
        var all = who == "" || who.Contains('a');
        var mask = all
            ? 0b111_111_111 & ~(who == "" ? umask : 0)
            : (who.Contains('u') ? 0b111_000_000 : 0) | (who.Contains('g') ? 0b000_111_000 : 0) | (who.Contains('o') ? 0b000_000_111 : 0);
        return Each(mode, all ? "ugo" : who, rest, mask, isDirectory);
    }

    private static int? Each(int mode, string who, string rest, int mask, bool isDirectory)
    {
        for (var at = 0; at < rest.Length;)
        {
            var operation = rest[at++];
            var bits = 0;
            for (; at < rest.Length && rest[at] is not ('+' or '-' or '='); at++)
            {
                int? more = rest[at] switch
                {
                    'r' => 0b100_100_100 & mask, 'w' => 0b010_010_010 & mask, 'x' => 0b001_001_001 & mask,
                    'X' => isDirectory || (mode & 0b001_001_001) != 0 ? 0b001_001_001 & mask : 0,
                    's' => (who.Contains('u') ? 0b100_000_000_000 : 0) | (who.Contains('g') ? 0b010_000_000_000 : 0),
                    't' => 0b001_000_000_000,
                    'u' => Copied(mode >> 6, mask), 'g' => Copied(mode >> 3, mask), 'o' => Copied(mode, mask),
                    _ => null,
                };
                if (more is null) return null;
                bits |= more.Value;
            }
            mode = operation switch { '+' => mode | bits, '-' => mode & ~bits, _ => (mode & ~mask) | bits };
        }
        return mode;
    }

    private static int Copied(int three, int mask) => (three & 7) * 0b001_001_001 & mask;
}
