using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>Holds pods to their required affinity and anti-affinity towards pods, both ways; prefers nodes by the preferred terms, both ways.</summary>
internal sealed class InterPodAffinity(IClusterObjects objects, InterPodAffinityArgs? args = null)
    : IPreFilterPlugin, IFilterPlugin, IPreScorePlugin, IScorePlugin, IQueueingHintPlugin
{
    private static readonly Status NotNear = Status.Unresolvable("node(s) didn't match pod affinity rules");
    private static readonly Status Repelled = Status.Unschedulable("node(s) didn't match pod anti-affinity rules");
    private static readonly Status RepelledByPlaced = Status.Unschedulable("node(s) didn't satisfy existing pods anti-affinity rules");

    private readonly InterPodAffinityArgs _args = args ?? new();
    private readonly AffinityHints _hints = new(objects);

    public string Name => "InterPodAffinity";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        var counts = new AffinityCounts(pod, snapshot, objects);
        if (counts.SayNothing) return PreFilterResult.Skipped;
        state.Keep(counts);
        return PreFilterResult.Go;
    }

    public void AddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node) => state.Kept<AffinityCounts>().Add(added, node, 1);

    public void RemovePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node) => state.Kept<AffinityCounts>().Add(removed, node, -1);

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node)
    {
        var counts = state.Kept<AffinityCounts>();
        if (!counts.MeetAffinity(node.Labels)) return NotNear;
        if (!counts.MeetAntiAffinity(node.Labels)) return Repelled;
        return counts.MeetThoseOfPlacedPods(node.Labels) ? Status.Success : RepelledByPlaced;
    }

    public bool PreScore(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible)
    {
        var terms = pod.AffinityTerms;
        if (_args.IgnorePreferredTermsOfExistingPods && terms.PreferredAffinity.Length + terms.PreferredAntiAffinity.Length == 0) return false;
        var scores = new AffinityScores(pod, snapshot, objects, _args);
        state.Keep(scores);
        return scores.SpeakOfAny;
    }

    public long Score(CycleState state, PodInfo pod, NodeInfo node) => state.Kept<AffinityScores>().Of(node);

    /// <summary>From the lowest, 0, to the highest, 100; all 0 where they are equal. In doubles as upstream, whose truncation makes 28 of 29/100.</summary>
    public void Normalize(CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible, Span<long> scores)
    {
        var (lowest, highest) = (long.MaxValue, long.MinValue);
        foreach (var score in scores) (lowest, highest) = (long.Min(lowest, score), long.Max(highest, score));
        var range = (double)(highest - lowest);
        foreach (ref var score in scores) score = range > 0 ? (long)(Scores.Max * ((score - lowest) / range)) : 0;
    }

    public bool MayHelp(PodInfo pod, ClusterEvent change) => _hints.MayHelp(pod, change);
}
