using System.Globalization;

using MiniK8s.Protocol.V1;

namespace MiniK8s.Lab.Commands.Why;

/// <summary>Feasible nodes and what each plugin gave them: <c>raw→normalized×weight</c> under the plugin's name, which stands on two lines.</summary>
internal static class ScoreTable
{
    /// <summary>The rows, headings first, which are of no node. Scores that are missing mean that there was nothing to compare.</summary>
    public static IEnumerable<(string? Node, string Text)> Of(IReadOnlyList<NodeReport> feasible, int nodeWidth)
    {
        if (feasible.Count == 0) yield break;
        if (feasible[0].Scores.Count == 0)
        {
            foreach (var node in feasible) yield return (node.Node, $"{node.Node.PadRight(nodeWidth)}  feasible, not scored");
            yield break;
        }
        var (upper, lower) = Headings(feasible[0]);
        var rows = feasible.Select(node => (node.Node, Cells: Cells(node))).ToList();
        var widths = lower.Select((_, i) => rows.Select(row => row.Cells[i]).Concat([upper[i], lower[i]]).Max(cell => cell.Length)).ToList();
        nodeWidth = int.Max(nodeWidth, "NODE".Length);
        yield return (null, Line("", upper));
        yield return (null, Line("NODE", lower));
        foreach (var (node, cells) in rows) yield return (node, Line(node, cells));

        string Line(string node, string[] cells) => node.PadRight(nodeWidth) + string.Concat(cells.Select((cell, i) => $"  {cell.PadLeft(widths[i])}"));
    }

    /// <summary>A plugin's name on two lines, broken at the capital that leaves the longer one shortest.</summary>
    public static (string Upper, string Lower) Broken(string plugin)
    {
        var at = Enumerable.Range(1, int.Max(0, plugin.Length - 1)).Where(i => char.IsUpper(plugin[i])).OrderBy(i => int.Max(i, plugin.Length - i)).FirstOrDefault();
        return (plugin[..at], plugin[at..]);
    }

    private static (string[] Upper, string[] Lower) Headings(NodeReport node)
    {
        var names = node.Scores.Select(score => Broken(score.Plugin)).ToList();
        return (["", .. names.Select(name => name.Upper)], ["TOTAL", .. names.Select(name => name.Lower)]);
    }

    private static string[] Cells(NodeReport node) =>
        [node.Total.ToString(CultureInfo.InvariantCulture), .. node.Scores.Select(score => string.Create(CultureInfo.InvariantCulture, $"{score.Raw}→{score.Normalized}×{score.Weight}"))];
}
