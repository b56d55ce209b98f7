using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

using Affinity = MiniK8s.Protocol.Core.V1.NodeAffinity;

namespace MiniK8s.Scheduler.Plugins.NodeAffinity;

/// <summary>Holds pods to their nodeSelector and required node affinity; prefers nodes by the preferred terms.</summary>
internal sealed class NodeAffinity : IPreFilterPlugin, IFilterPlugin, IPreScorePlugin, IScorePlugin, IQueueingHintPlugin
{
    public string Name => "NodeAffinity";

    // Every required term names its nodes (as a DaemonSet's pods do): no other node needs a look.
    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot)
    {
        var required = Required(pod);
        if (required is null && pod.Pod.Spec.NodeSelector.Count == 0) return PreFilterResult.Skipped;
        if (required is null) return PreFilterResult.Go;

        var perTerm = required.NodeSelectorTerms.Select(term => term.RequiredNames()).ToList();
        if (perTerm.Count == 0 || perTerm.Any(names => names is null)) return PreFilterResult.Go;

        var nodes = perTerm.SelectMany(names => names!).ToHashSet();
        return nodes.Count == 0
            ? new PreFilterResult(Status.Unresolvable("pod affinity terms conflict"))
            : PreFilterResult.Go with { Nodes = nodes };
    }

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) =>
        Matches(pod, node.Node) ? Status.Success : Status.Unresolvable("node(s) didn't match Pod's node affinity/selector");

    public bool PreScore(CycleState state, PodInfo pod, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible) => Preferred(pod).Any();

    public long Score(CycleState state, PodInfo pod, NodeInfo node) => Preferred(pod)
        .Where(preferred => preferred.Preference.Matches(node.Node))
        .Sum(preferred => (long)preferred.Weight);

    public void Normalize(CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible, Span<long> scores) =>
        Scores.NormalizeToMax(scores, reverse: false);

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded added => Matches(pod, added.Node),
        ClusterEvent.NodeUpdated updated => !Matches(pod, updated.Old) && Matches(pod, updated.Current),
        _ => false,
    };

    private static bool Matches(PodInfo pod, Node node) => pod.Pod.Spec.SelectsNode(node);

    private static Affinity? Of(PodInfo pod) => pod.Pod.Spec.Affinity?.NodeAffinity;

    private static NodeSelector? Required(PodInfo pod) => Of(pod)?.RequiredDuringSchedulingIgnoredDuringExecution;

    private static IEnumerable<PreferredSchedulingTerm> Preferred(PodInfo pod) =>
        Of(pod)?.PreferredDuringSchedulingIgnoredDuringExecution ?? [];
}
