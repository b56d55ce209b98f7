using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>Keeps pods that belong together spread evenly over hosts, zones or other domains, as their constraints say.</summary>
internal sealed class PodTopologySpread(IClusterObjects objects, PodTopologySpreadArgs? args = null)
    : IPreFilterPlugin, IFilterPlugin, IPreScorePlugin, IScorePlugin, IQueueingHintPlugin
{
    private static readonly Status TooManyThere = Status.Unschedulable("node(s) didn't match pod topology spread constraints");
    private static readonly Status InNoDomain = Status.Unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");

    private readonly PodConstraints _constraints = new(objects, args ?? new());

    public string Name => "PodTopologySpread";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        var hard = _constraints.Hard(pod);
        if (hard.Length == 0) return PreFilterResult.Skipped;
        state.Keep(new SpreadCounts(pod, hard, snapshot));
        return PreFilterResult.Go;
    }

    public void AddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) => state.Kept<SpreadCounts>().Add(added, node, 1);

    public void RemovePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) => state.Kept<SpreadCounts>().Add(removed, node, -1);

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => state.Kept<SpreadCounts>().Check(node.Labels) switch
    {
        SpreadFault.MissingKey => InNoDomain,
        SpreadFault.Skew => TooManyThere,
        _ => Status.Success,
    };

    public bool PreScore(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible)
    {
        var soft = _constraints.Soft(pod);
        if (soft.Length == 0) return false;
        state.Keep(new SpreadScores(pod, soft, _constraints.NeedEveryKey(pod), snapshot, feasible));
        return true;
    }

    public long Score(CycleState state, PodInfo pod, NodeInfo node) => state.Kept<SpreadScores>().Of(node);

    /// <summary>Turns the raw scores round: the lowest becomes 100. All 100 where there is nothing to count; ignored nodes 0.</summary>
    public void Normalize(CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible, Span<long> scores)
    {
        var kept = state.Kept<SpreadScores>();
        var (lowest, highest) = (long.MaxValue, 0L);
        for (var i = 0; i < scores.Length; i++)
        {
            if (!kept.Ignores(feasible[i].Labels)) (lowest, highest) = (long.Min(lowest, scores[i]), long.Max(highest, scores[i]));
        }
        for (var i = 0; i < scores.Length; i++)
        {
            if (kept.Ignores(feasible[i].Labels)) scores[i] = 0;
            else scores[i] = highest == 0 ? Scores.Max : Scores.Max * (highest + lowest - scores[i]) / highest;
        }
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => SpreadHints.MayHelp(pod, _constraints.Hard(pod), change);
}
