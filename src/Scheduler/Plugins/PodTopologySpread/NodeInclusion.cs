using Google.Protobuf.Collections;

using MiniK8s.Api.Placement;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>Which nodes a pod's constraints count, after their nodeAffinityPolicy and nodeTaintsPolicy.</summary>
internal sealed class NodeInclusion(PodInfo pod)
{
    private readonly PodSpec _spec = pod.Pod.Spec;

    /// <summary>Whether the pod has a nodeSelector or required node affinity.</summary>
    public static bool ChoosesNodes(PodInfo pod) => pod.Pod.Spec.NodeSelector.Count > 0 || Required(pod.Pod.Spec) is not null;

    public bool Includes(SpreadConstraint constraint, Node node) =>
        (!constraint.HonorsNodeAffinity || _spec.SelectsNode(node)) && (!constraint.HonorsTaints || ToleratesAll(node));

    /// <summary>The same of each node, by place; null where all are counted.</summary>
    public bool[]? IncludedIn(Snapshot snapshot, SpreadConstraint constraint)
    {
        var (choosing, tolerating) = (constraint.HonorsNodeAffinity && ChoosesNodes(pod), constraint.HonorsTaints);
        if (!choosing && !tolerating) return null;
        var key = new Key(choosing ? _spec.NodeSelector : null, choosing ? Required(_spec) : null, tolerating ? _spec.Tolerations : null);
        return snapshot.Column(key, node => Includes(constraint, node.Node));
    }

    private static NodeSelector? Required(PodSpec spec) => spec.Affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution;

    private bool ToleratesAll(Node node)
    {
        foreach (var taint in node.Spec?.Taints ?? [])
        {
            if (taint.Effect is Tolerations.NoSchedule or Tolerations.NoExecute && !_spec.Tolerations.Tolerates(taint)) return false;
        }
        return true;
    }

    private sealed record Key(MapField<string, string>? NodeSelector, NodeSelector? Required, RepeatedField<Toleration>? Tolerations);
}
