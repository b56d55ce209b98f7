using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.TaintToleration;

/// <summary>Rejects nodes with a hard taint that the pod does not tolerate; prefers those with few soft ones.</summary>
internal sealed class TaintToleration : IFilterPlugin, IScorePlugin, IQueueingHintPlugin
{
    public string Name => "TaintToleration";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) =>
        Untolerated(pod, node.Node) is { } taint
            ? Status.Unresolvable($"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}")
            : Status.Success;

    public long Score(CycleState state, PodInfo pod, NodeInfo node) => Taints(node.Node).Count(taint =>
        taint.Effect == Tolerations.PreferNoSchedule && !pod.Pod.Spec.Tolerations.Tolerates(taint));

    public void Normalize(CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible, Span<long> scores) =>
        Scores.NormalizeToMax(scores, reverse: true);

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded added => Untolerated(pod, added.Node) is null,
        ClusterEvent.NodeUpdated updated => Untolerated(pod, updated.Old) is not null && Untolerated(pod, updated.Current) is null,
        ClusterEvent.PodUpdated updated => !updated.Old.Pod.Spec.Tolerations.Equals(updated.Current.Pod.Spec.Tolerations),
        _ => false,
    };

    private static Taint? Untolerated(PodInfo pod, Node node) => Taints(node).FirstOrDefault(taint =>
        taint.Effect is Tolerations.NoSchedule or Tolerations.NoExecute && !pod.Pod.Spec.Tolerations.Tolerates(taint));

    private static IEnumerable<Taint> Taints(Node node) => node.Spec?.Taints ?? [];
}
