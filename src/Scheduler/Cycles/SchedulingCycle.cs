using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeName;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Chooses a node for one pod: pre-filter, filter, score. Decides only; nothing is written and nothing assumed.</summary>
/// <remarks>One cycle runs at a time; between cycles only the place at which the search for feasible nodes goes on is kept.</remarks>
internal sealed class SchedulingCycle(PluginSet plugins, Random random)
{
    // Up to so many nodes all are looked at; beyond, a part that shrinks from 50 % to 5 %.
    private const int MinFeasible = 100;
    private readonly NodeFilters _filters = new(plugins);
    private readonly PreemptionReport _preemption = new(new NodeFilters(plugins));
    private int _nextStart;

    /// <summary>The decision for a pod over the nodes of a snapshot.</summary>
    public Decision Decide(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        // With a node's coming this is over, which is what NodeName waits for.
        if (snapshot.Nodes.Count == 0) return new Decision.Reject("no nodes available to schedule pods", new HashSet<string> { NodeName.PluginName });

        var rejections = new Rejections(snapshot.Nodes.Count);
        if (!TryPreFilter(state, pod, rejections, out var allowed)) return Reject(state, pod, snapshot, rejections);
        var feasible = FindFeasible(state, pod, snapshot, allowed, rejections);
        return feasible.Count == 0 ? Reject(state, pod, snapshot, rejections) : new Decision.Place(Choose(state, pod, feasible).Name);
    }

    /// <summary>How many feasible nodes are enough to choose from.</summary>
    internal static int FeasibleWanted(int nodes)
    {
        if (nodes < MinFeasible) return nodes;
        var percentage = int.Max(5, 50 - nodes / 125);
        return int.Max(MinFeasible, nodes * percentage / 100);
    }

    private bool TryPreFilter(CycleState state, PodInfo pod, Rejections rejections, out PreFilterNodes allowed)
    {
        allowed = new PreFilterNodes(null, "");
        foreach (var plugin in plugins.PreFilters)
        {
            var result = plugin.PreFilter(state, pod);
            if (result.Skip) state.Skip(plugin);
            if (!result.Status.IsSuccess) rejections.AddWholePod(plugin.Name, result.Status);
            if (result.Status.Code == StatusCode.Unresolvable) return false;
            if (result.Nodes is { } names) allowed = allowed.Narrow(names, plugin.Name);
        }
        return rejections.Plugins.Count == 0;
    }

    private List<NodeInfo> FindFeasible(
        CycleState state, PodInfo pod, Snapshot snapshot, PreFilterNodes allowed, Rejections rejections)
    {
        var nodes = snapshot.Nodes;
        var wanted = FeasibleWanted(nodes.Count);
        var feasible = new List<NodeInfo>(wanted);
        var looked = 0;
        for (; looked < nodes.Count && feasible.Count < wanted; looked++)
        {
            var node = nodes[(_nextStart + looked) % nodes.Count];
            var (plugin, status) = allowed.Check(node) ?? _filters.Run(state, pod, node);
            if (status.IsSuccess) feasible.Add(node);
            else rejections.Add(node, plugin, status);
        }
        _nextStart = (_nextStart + looked) % nodes.Count;
        return feasible;
    }

    private Decision.Reject Reject(CycleState state, PodInfo pod, Snapshot snapshot, Rejections rejections) => new(
        $"{rejections.Describe()} {_preemption.Describe(state, pod, snapshot.Nodes.Count, rejections)}", rejections.Plugins);

    private NodeInfo Choose(CycleState state, PodInfo pod, List<NodeInfo> feasible)
    {
        if (feasible.Count == 1) return feasible[0];

        var totals = new long[feasible.Count];
        var scores = new long[feasible.Count];
        foreach (var plugin in plugins.Scores)
        {
            for (var i = 0; i < scores.Length; i++) scores[i] = plugin.Score(state, pod, feasible[i]);
            plugin.Normalize(scores);
            for (var i = 0; i < scores.Length; i++) totals[i] += plugin.Weight * scores[i];
        }
        return feasible[PickBest(totals)];
    }

    // The highest; each of several equals with the same chance.
    private int PickBest(long[] totals)
    {
        var (best, equals) = (0, 1);
        for (var i = 1; i < totals.Length; i++)
        {
            if (totals[i] > totals[best]) (best, equals) = (i, 1);
            else if (totals[i] == totals[best] && random.Next(++equals) == 0) best = i;
        }
        return best;
    }
}

/// <summary>The nodes that pre-filters have left, if they have left less than all, and who narrowed them.</summary>
internal readonly record struct PreFilterNodes(IReadOnlySet<string>? Names, string Plugins)
{
    public PreFilterNodes Narrow(IReadOnlySet<string> names, string plugin) => Names is null
        ? new(names, plugin)
        : new(Names.Intersect(names).ToHashSet(), $"{Plugins} {plugin}");

    public (string Plugin, Status Status)? Check(NodeInfo node) => Names is null || Names.Contains(node.Name)
        ? null
        : (Plugins, Status.Unresolvable($"node(s) didn't satisfy plugin(s) [{Plugins}]"));
}
