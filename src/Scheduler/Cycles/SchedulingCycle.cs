using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.NodeName;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Chooses a node for one pod: pre-filter, filter, score; or, where none fits, asks what can be done. Decides only; nothing is written and nothing assumed.</summary>
/// <remarks>One cycle runs at a time; between cycles only the place at which the search for feasible nodes goes on is kept, and memory to use again.</remarks>
internal sealed class SchedulingCycle(Random random)
{
    // Up to so many nodes all are looked at; beyond, a part that shrinks from 50 % to 5 %.
    private const int MinFeasible = 100;
    private readonly Rejections _rejections = new(0);     // of one cycle after the other
    private int _nextStart;

    /// <summary>The decision for a pod over the nodes of a snapshot.</summary>
    /// <param name="trace">Filled on the way, for whoever has to explain the decision.</param>
    public Decision Decide(Profile profile, CycleState state, PodInfo pod, Snapshot snapshot, CycleTrace? trace = null)
    {
        trace ??= new CycleTrace();
        // With a node's coming this is over, which is what NodeName waits for.
        if (snapshot.Nodes.Count == 0) return new Decision.Reject("no nodes available to schedule pods", new HashSet<string> { NodeName.PluginName });

        var plugins = state.Plugins = profile.Plugins;
        Expect(state, pod, snapshot);
        var rejections = trace.Rejections = _rejections;
        rejections.Clear(snapshot.Nodes.Count);
        if (!TryPreFilter(plugins, state, pod, snapshot, rejections, out var allowed)) return Reject(plugins, state, pod, snapshot, rejections, trace);
        if (FitsWhereNominated(state, pod, snapshot, allowed) is { } nominated)
        {
            (trace.Start, trace.Looked, trace.Wanted, trace.Feasible) = (snapshot.PlaceOf(nominated), 1, 1, [nominated]);
            return new Decision.Place(nominated.Name);
        }
        var feasible = FindFeasible(profile, state, pod, snapshot, allowed, rejections, trace);
        if (feasible.Count == 0) return Reject(plugins, state, pod, snapshot, rejections, trace);
        if (feasible.Count == 1) return new Decision.Place(feasible[0].Name);

        var scores = trace.Scores = NodeScores.Of(plugins, state, pod, snapshot, feasible);
        return new Decision.Place(feasible[scores.PickBest(random)].Name);
    }

    /// <summary>How many feasible nodes are enough to choose from.</summary>
    /// <param name="percentage">Of all nodes; 0 for 50 less one for every 125 nodes, but at least 5.</param>
    internal static int FeasibleWanted(int nodes, int percentage = 0)
    {
        if (nodes < MinFeasible) return nodes;
        if (percentage == 0) percentage = int.Max(5, 50 - nodes / 125);
        return int.Max(MinFeasible, nodes * percentage / 100);
    }

    private static bool TryPreFilter(
        PluginSet plugins, CycleState state, PodInfo pod, Snapshot snapshot, Rejections rejections, out PreFilterNodes allowed)
    {
        allowed = new PreFilterNodes(null, "");
        foreach (var plugin in plugins.PreFilters)
        {
            var result = plugin.PreFilter(state, pod, snapshot);
            if (result.Skip) state.Skip(plugin);
            if (!result.Status.IsSuccess) rejections.AddWholePod(plugin.Name, result.Status);
            if (result.Status.Code == StatusCode.Unresolvable) return false;
            if (result.Nodes is { } names) allowed = allowed.Narrow(names, plugin.Name);
        }
        state.Filters = [.. plugins.Filters.Where(filter => !state.IsSkipped(filter))];
        return rejections.Plugins.Count == 0;
    }

    // Whom room is being made for, and where for the pod itself, is the same from here to the end of the cycle.
    private static void Expect(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        if (state.Nominated is not { } nominated) return;
        snapshot.Expect(nominated);
        state.NominatedNode = nominated.NodeOf(pod.Uid);
    }

    // The room that was made for it is most likely the only one: where it fits there, no other node is looked at.
    private static NodeInfo? FitsWhereNominated(CycleState state, PodInfo pod, Snapshot snapshot, PreFilterNodes allowed) =>
        state.NominatedNode is { Length: > 0 } name && snapshot.Find(name) is { } node
        && allowed.Check(node) is null && NodeFilters.Run(state, pod, new NodeRows(node)).Status.IsSuccess
            ? node
            : null;

    private List<NodeInfo> FindFeasible(
        Profile profile, CycleState state, PodInfo pod, Snapshot snapshot, PreFilterNodes allowed, Rejections rejections, CycleTrace trace)
    {
        var nodes = snapshot.Rows();
        var wanted = profile.Plugins.Scores.Count == 0 ? 1 : FeasibleWanted(nodes.Length, profile.PercentageOfNodesToScore);
        var feasible = new List<NodeInfo>(wanted);
        var looked = 0;
        for (; looked < nodes.Length && feasible.Count < wanted; looked++)
        {
            var place = (_nextStart + looked) % nodes.Length;
            ref readonly var node = ref nodes[place];
            var (plugin, status) = allowed.Check(node.Now.Node) ?? NodeFilters.Run(state, pod, node);
            if (status.IsSuccess) feasible.Add(node.Now.Node);
            else rejections.Add(place, node.Now.Node, plugin, status);
        }
        (trace.Start, trace.Looked, trace.Wanted, trace.Feasible) = (_nextStart, looked, wanted, feasible);
        _nextStart = (_nextStart + looked) % nodes.Length;
        return feasible;
    }

    private static Decision.Reject Reject(PluginSet plugins, CycleState state, PodInfo pod, Snapshot snapshot, Rejections rejections, CycleTrace trace)
    {
        foreach (var plugin in plugins.PostFilters)
        {
            var result = plugin.PostFilter(state, pod, snapshot, rejections);
            trace.Remedy = (plugin.Name, result);
            var message = result.Message.Length == 0 ? rejections.Describe() : $"{rejections.Describe()} {result.Message}";
            return new Decision.Reject(message, rejections.Plugins, plugin, result);
        }
        return new Decision.Reject(rejections.Describe(), rejections.Plugins);
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
