namespace MiniK8s.Lab.Commands.Store;

/// <summary>The difference of two texts as <c>diff -u</c> prints it, three lines of context around each change.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>The lines to print; none when the texts are equal.</summary>
    public static IEnumerable<string> Of(string beforeName, string before, string afterName, string after)
    {
        var lines = LineDiff.Of(Lines(before), Lines(after));
        var isFirst = true;
        foreach (var (start, end) in Hunks(lines))
        {
            if (isFirst)
            {
                yield return $"--- {beforeName}";
                yield return $"+++ {afterName}";
            }
            isFirst = false;
            yield return $"@@ -{Place(lines, start, end, '+')} +{Place(lines, start, end, '-')} @@";
            for (var at = start; at < end; at++) yield return $"{lines[at].Sign}{lines[at].Text}";
        }
    }

    private static string[] Lines(string text) => text.Length == 0 ? [] : text.TrimEnd('\n').Split('\n');

    // Changes with no more than twice the context between them share a hunk.
    private static IEnumerable<(int Start, int End)> Hunks(IReadOnlyList<(char Sign, string Text)> lines)
    {
        (int Start, int End)? open = null;
        for (var at = 0; at < lines.Count; at++)
        {
            if (lines[at].Sign == ' ') continue;
            var (start, end) = (int.Max(0, at - Context), int.Min(lines.Count, at + Context + 1));
            if (open is { } hunk && start > hunk.End)
            {
                yield return hunk;
                open = null;
            }
            open = (open?.Start ?? start, end);
        }
        if (open is { } last) yield return last;
    }

    // "first line,number of lines" on one side; the lines of the other side's sign are not in it. An empty side stands behind the line before.
    private static string Place(IReadOnlyList<(char Sign, string Text)> lines, int start, int end, char otherSide)
    {
        var before = lines.Take(start).Count(line => line.Sign != otherSide);
        var count = lines.Skip(start).Take(end - start).Count(line => line.Sign != otherSide);
        var first = count == 0 ? before : before + 1;
        return count == 1 ? $"{first}" : $"{first},{count}";
    }
}
