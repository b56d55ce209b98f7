namespace MiniK8s.Lab.Commands.Store;

/// <summary>How one text becomes another, line by line.</summary>
internal static class LineDiff
{
    // A table of 16 MiB. Beyond it what lies between the common beginning and end is replaced as a whole: correct, but no longer the shortest.
    private const long MostCells = 4_000_000;

    /// <summary>Every line of both: ' ' stays, '-' goes, '+' comes; the most lines stay that can.</summary>
    public static IReadOnlyList<(char Sign, string Text)> Of(IReadOnlyList<string> before, IReadOnlyList<string> after)
    {
        var head = 0;
        while (head < int.Min(before.Count, after.Count) && before[head] == after[head]) head++;
        var tail = 0;
        while (tail < int.Min(before.Count, after.Count) - head && before[^(tail + 1)] == after[^(tail + 1)]) tail++;

        return
        [
            .. before.Take(head).Select(line => (' ', line)),
            .. Middle([.. before.Skip(head).SkipLast(tail)], [.. after.Skip(head).SkipLast(tail)]),
            .. before.TakeLast(tail).Select(line => (' ', line)),
        ];
    }

    private static IEnumerable<(char Sign, string Text)> Middle(string[] before, string[] after)
    {
        if ((long)before.Length * after.Length > MostCells) return [.. before.Select(line => ('-', line)), .. after.Select(line => ('+', line))];
        return Walk(before, after, CommonLines(before, after));
    }

    private static IEnumerable<(char Sign, string Text)> Walk(string[] before, string[] after, int[,] common)
    {
        var (i, j) = (0, 0);
        while (i < before.Length || j < after.Length)
        {
            if (i < before.Length && j < after.Length && before[i] == after[j])
            {
                yield return (' ', before[i++]);
                j++;
            }
            else if (j == after.Length || (i < before.Length && common[i + 1, j] >= common[i, j + 1]))
            {
                yield return ('-', before[i++]);
            }
            else
            {
                yield return ('+', after[j++]);
            }
        }
    }

    // At [i, j]: how many lines the texts from line i and line j on have in common, in order.
    private static int[,] CommonLines(string[] before, string[] after)
    {
        var common = new int[before.Length + 1, after.Length + 1];
        for (var i = before.Length - 1; i >= 0; i--)
        {
            for (var j = after.Length - 1; j >= 0; j--)
            {
                common[i, j] = before[i] == after[j] ? common[i + 1, j + 1] + 1 : int.Max(common[i + 1, j], common[i, j + 1]);
            }
        }
        return common;
    }
}
