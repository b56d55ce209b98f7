using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests.Plugins;

/// <summary>Takes one plugin through its extension points, as a cycle does.</summary>
internal static class Ask
{
    /// <summary>Each node's verdict, in order: "" or <c>U: reason</c> or <c>X: reason</c>.</summary>
    public static string[] Filter<T>(T plugin, PodInfo pod, Snapshot snapshot)
        where T : IPreFilterPlugin, IFilterPlugin
    {
        var state = new CycleState();
        var result = plugin.PreFilter(state, pod, snapshot);
        return result.Skip ? [.. snapshot.Nodes.Select(_ => "")] : Verdicts(plugin, state, pod, snapshot.Nodes);
    }

    public static string[] Verdicts(IFilterPlugin plugin, CycleState state, PodInfo pod, IEnumerable<NodeInfo> nodes) =>
        [.. nodes.Select(node => Text(plugin.Filter(state, pod, node)))];

    /// <summary>Each node's score, in order, when all are feasible; null when the plugin has nothing to say.</summary>
    public static (long[] Raw, long[] Normalized)? Score<T>(T plugin, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo>? feasible = null)
        where T : IPreScorePlugin, IScorePlugin
    {
        feasible ??= snapshot.Nodes;
        var state = new CycleState();
        if (!plugin.PreScore(state, pod, snapshot, feasible)) return null;
        long[] raw = [.. feasible.Select(node => plugin.Score(state, pod, node))];
        long[] normalized = [.. raw];
        plugin.Normalize(state, pod, feasible, normalized);
        return (raw, normalized);
    }

    private static string Text(Status status) => status.Code switch
    {
        StatusCode.Success => "",
        StatusCode.Unschedulable => $"U: {string.Join("|", status.Reasons)}",
        _ => $"X: {string.Join("|", status.Reasons)}",
    };
}
