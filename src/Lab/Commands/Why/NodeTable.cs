using System.Text;

using MiniK8s.Protocol.V1;

namespace MiniK8s.Lab.Commands.Why;

/// <summary>The nodes of an attempt: those with scores by their totals, the chosen one marked, and those that were rejected with the reason.</summary>
/// <remarks>
/// <code>
///                       Taint      Node
///   NODE    TOTAL  Toleration  Affinity
/// * node-2    300     0→100×3     0→0×2
///   node-1      0       3→0×3     0→0×2
///   node-3  NodeUnschedulable: node(s) were unschedulable
/// </code>
/// </remarks>
internal static class NodeTable
{
    /// <summary>Rows shown, unless all are asked for; beyond, only the best, and the rejections counted.</summary>
    public const int MaxRows = 20;

    public static string Of(SchedulingAttempt attempt, bool showAll)
    {
        if (attempt.Nodes.Count == 0) return "";
        var feasible = attempt.Nodes.Where(node => node.Rejection is null)
            .OrderByDescending(node => node.Total).ThenByDescending(node => node.Node == attempt.Node).ThenBy(node => node.Node, StringComparer.Ordinal).ToList();
        var rejected = attempt.Nodes.Where(node => node.Rejection is not null).OrderBy(node => node.Node, StringComparer.Ordinal).ToList();
        var isCut = !showAll && attempt.Nodes.Count > MaxRows;
        var shown = isCut ? feasible.Take(MaxRows).ToList() : feasible;

        var text = new StringBuilder("\n");
        text.Append(Rows(attempt, shown, isCut ? [] : rejected));
        if (shown.Count < feasible.Count) text.Append($"  and {feasible.Count - shown.Count} more feasible nodes; --all shows them\n");
        if (isCut && rejected.Count > 0) text.Append(Counted(rejected, isFirst: shown.Count == 0));
        return text.ToString();
    }

    private static string Rows(SchedulingAttempt attempt, List<NodeReport> feasible, List<NodeReport> rejected)
    {
        if (feasible.Count + rejected.Count == 0) return "";
        var width = feasible.Concat(rejected).Max(node => node.Node.Length);
        var text = new StringBuilder();
        foreach (var row in ScoreTable.Of(feasible, width)) text.Append(row.Node is { } node ? Mark(attempt, node) : "  ").Append(row.Text).Append('\n');
        foreach (var node in rejected) text.Append($"  {node.Node.PadRight(width)}  {Words(node.Rejection)}\n");
        return text.ToString();
    }

    private static string Mark(SchedulingAttempt attempt, string node) => node == attempt.Node ? "* " : "  ";

    private static string Counted(List<NodeReport> rejected, bool isFirst)
    {
        var counts = rejected.CountBy(node => Words(node.Rejection)).OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).ToList();
        var width = counts.Max(pair => $"{pair.Value}".Length);
        var text = new StringBuilder(isFirst ? "" : "\n").Append("Rejected nodes, counted (--all shows them one by one):\n");
        foreach (var (words, count) in counts) text.Append($"  {$"{count}".PadLeft(width)}  {words}\n");
        return text.ToString();
    }

    private static string Words(Rejection rejection) => $"{rejection.Plugin}: {string.Join(", ", rejection.Reasons)}";
}
