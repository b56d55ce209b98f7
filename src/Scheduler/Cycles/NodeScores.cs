using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>What the score plugins say of each feasible node.</summary>
/// <param name="Nodes">The feasible nodes.</param>
/// <param name="Plugins">Per plugin that had something to say.</param>
/// <param name="Totals">Per node the sum of weight by normalised score.</param>
internal sealed record NodeScores(IReadOnlyList<NodeInfo> Nodes, IReadOnlyList<PluginScores> Plugins, long[] Totals)
{
    /// <summary>Lets the plugins look at all feasible nodes, and say whether they have a score for the pod.</summary>
    public static void Prepare(PluginSet plugins, CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible)
    {
        foreach (var plugin in plugins.PreScores)
        {
            var began = state.Timer?.Begin() ?? 0;
            if (!plugin.PreScore(state, pod, snapshot, feasible)) state.SkipScore(plugin);
            state.Timer?.End(began, plugin, ExtensionPoint.PreScore, StatusCode.Success);
        }
    }

    /// <summary>Asks every score plugin of the profile that is not skipped about every node, when they are prepared.</summary>
    public static NodeScores Of(PluginSet plugins, CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible)
    {
        var totals = new long[feasible.Count];
        var scores = new List<PluginScores>(plugins.Scores.Count);
        foreach (var (plugin, weight) in plugins.Scores)
        {
            if (state.IsScoreSkipped(plugin)) continue;
            var (raw, normalized) = (new long[feasible.Count], new long[feasible.Count]);
            Score(plugin, state, pod, feasible, raw);
            raw.CopyTo(normalized, 0);
            plugin.Normalize(state, pod, feasible, normalized);
            for (var i = 0; i < totals.Length; i++) totals[i] += weight * InRange(plugin, normalized[i]);
            scores.Add(new PluginScores(plugin.Name, weight, raw, normalized));
        }
        return new NodeScores(feasible, scores, totals);
    }

    private static void Score(IScorePlugin plugin, CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible, long[] raw)
    {
        for (var i = 0; i < raw.Length; i++)
        {
            var began = state.Timer?.Begin() ?? 0;
            raw[i] = plugin.Score(state, pod, feasible[i]);
            state.Timer?.End(began, plugin, ExtensionPoint.Score, StatusCode.Success);
        }
    }

    /// <summary>The place of the highest total; each of several equals with the same chance.</summary>
    public int PickBest(Random random)
    {
        var (best, equals) = (0, 1);
        for (var i = 1; i < Totals.Length; i++)
        {
            if (Totals[i] > Totals[best]) (best, equals) = (i, 1);
            else if (Totals[i] == Totals[best] && random.Next(++equals) == 0) best = i;
        }
        return best;
    }

    private static long InRange(IPlugin plugin, long score) => score is >= 0 and <= Scores.Max
        ? score
        : throw new InvalidOperationException($"plugin \"{plugin.Name}\" returns an invalid score {score}, it should in the range of [0, {Scores.Max}] after normalizing");
}

/// <summary>What one plugin says of each feasible node, as it said it and brought to 0..100.</summary>
internal sealed record PluginScores(string Plugin, int Weight, long[] Raw, long[] Normalized);
