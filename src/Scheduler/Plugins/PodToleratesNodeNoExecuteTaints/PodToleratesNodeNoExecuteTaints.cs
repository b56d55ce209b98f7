using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodToleratesNodeNoExecuteTaints;

/// <summary>Keeps pods off nodes from which a NoExecute taint would drive them out; other taints do not count: the predicate of that name.</summary>
/// <remarks>Off unless a profile names it: TaintToleration looks at these taints too. Source: pkg/scheduler/algorithm/predicates/predicates.go of 1.13.</remarks>
internal sealed class PodToleratesNodeNoExecuteTaints : IFilterPlugin, IQueueingHintPlugin
{
    private static readonly Status Untolerated = Status.Unresolvable("node(s) had taints that the pod didn't tolerate");

    public string Name => "PodToleratesNodeNoExecuteTaints";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => Tolerates(pod, node.Node) ? Status.Success : Untolerated;

    public bool MayHelp(PodInfo pod, ClusterEvent change) =>
        change is ClusterEvent.PodUpdated updated
            ? !updated.Old.Pod.Spec.Tolerations.Equals(updated.Current.Pod.Spec.Tolerations)
            : change.BecomesAcceptable(node => Tolerates(pod, node));

    private static bool Tolerates(PodInfo pod, Node node)
    {
        if (node.Spec is not { Taints: { Count: > 0 } taints }) return true;
        for (var i = 0; i < taints.Count; i++)
        {
            if (taints[i].Effect == Tolerations.NoExecute && !pod.Pod.Spec.Tolerations.Tolerates(taints[i])) return false;
        }
        return true;
    }
}
