using Google.Protobuf.Collections;

using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.TaintToleration;

/// <summary>Rejects nodes with a hard taint that the pod does not tolerate; prefers those with few soft ones.</summary>
internal sealed class TaintToleration : IFilterPlugin, IScorePlugin, IQueueingHintPlugin
{
    // The last rejection: a cluster has few taints on many nodes.
    private Refusal? _last;

    public string Name => "TaintToleration";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Filter(state, pod, new NodeRow(node));

    public Status Filter(CycleState state, PodInfo pod, in NodeRow row) => Untolerated(pod, row.Taints) is { } taint ? Refuse(taint) : Status.Success;

    public long Score(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (node.Taints is not { } taints) return 0;
        var count = 0;
        for (var i = 0; i < taints.Count; i++)
        {
            if (taints[i].Effect == Tolerations.PreferNoSchedule && !pod.Pod.Spec.Tolerations.Tolerates(taints[i])) count++;
        }
        return count;
    }

    public void Normalize(CycleState state, PodInfo pod, IReadOnlyList<NodeInfo> feasible, Span<long> scores) =>
        Scores.NormalizeToMax(scores, reverse: true);

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change switch
    {
        ClusterEvent.NodeAdded added => Untolerated(pod, added.Node.Spec?.Taints) is null,
        ClusterEvent.NodeUpdated updated => Untolerated(pod, updated.Old.Spec?.Taints) is not null && Untolerated(pod, updated.Current.Spec?.Taints) is null,
        ClusterEvent.PodUpdated updated => !updated.Old.Pod.Spec.Tolerations.Equals(updated.Current.Pod.Spec.Tolerations),
        _ => false,
    };

    private Status Refuse(Taint taint)
    {
        var last = _last;
        if (last is null || last.Key != taint.Key || last.Value != taint.Value)
            _last = last = new Refusal(taint.Key, taint.Value, Status.Unresolvable($"node(s) had untolerated taint {{{taint.Key}: {taint.Value}}}"));
        return last.Status;
    }

    private static Taint? Untolerated(PodInfo pod, RepeatedField<Taint>? taints)
    {
        if (taints is null) return null;
        for (var i = 0; i < taints.Count; i++)
        {
            if (taints[i].Effect is Tolerations.NoSchedule or Tolerations.NoExecute && !pod.Pod.Spec.Tolerations.Tolerates(taints[i])) return taints[i];
        }
        return null;
    }

    private sealed record Refusal(string Key, string Value, Status Status);
}
