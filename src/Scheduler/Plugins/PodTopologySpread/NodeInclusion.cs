using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>Which nodes a pod's constraints count, after their nodeAffinityPolicy and nodeTaintsPolicy.</summary>
internal sealed class NodeInclusion(PodInfo pod)
{
    private readonly bool _choosesNodes = ChoosesNodes(pod);

    /// <summary>Whether the pod has a nodeSelector or required node affinity.</summary>
    public static bool ChoosesNodes(PodInfo pod) =>
        pod.Pod.Spec.NodeSelector.Count > 0 || pod.Pod.Spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution is not null;

    public bool Includes(SpreadConstraint constraint, Node node)
    {
        if (constraint.HonorsNodeAffinity && _choosesNodes && !pod.Pod.Spec.SelectsNode(node)) return false;
        return !constraint.HonorsTaints || ToleratesAll(node);
    }

    private bool ToleratesAll(Node node)
    {
        foreach (var taint in node.Spec?.Taints ?? [])
        {
            if (taint.Effect is Tolerations.NoSchedule or Tolerations.NoExecute && !pod.Pod.Spec.Tolerations.Tolerates(taint)) return false;
        }
        return true;
    }
}
