using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>Which changes may help a pod that PodTopologySpread rejected.</summary>
/// <remarks>
/// | change                       | helps when                                                                                        |
/// |------------------------------|---------------------------------------------------------------------------------------------------|
/// | a placed pod came or left    | it is of the pod's namespace and matches a constraint                                             |
/// | one was relabelled           | it is of the pod's namespace and began or ceased to match a constraint                            |
/// | the pod changed              | it began or ceased to match a constraint, or its tolerations changed and a constraint honors taints |
/// | a node came or left          | it has the topology keys of all constraints                                                       |
/// | a node changed               | it began or ceased to have them, or it has them and the value of one changed, or its taints, or any |
/// |                              | label where the pod chooses nodes by label, which says whether the node is counted                  |
/// Source: pkg/scheduler/framework/plugins/podtopologyspread/plugin.go, which does not know the last.
/// </remarks>
internal static class SpreadHints
{
    /// <param name="constraints">The pod's hard constraints.</param>
    public static bool MayHelp(PodInfo pod, SpreadConstraint[] constraints, ClusterEvent change) => change switch
    {
        ClusterEvent.AssignedPodAdded added => IsCounted(pod, constraints, added.Pod),
        ClusterEvent.AssignedPodDeleted deleted => IsCounted(pod, constraints, deleted.Pod),
        ClusterEvent.AssignedPodUpdated updated => IsNear(pod, updated.Current) && MatchesOtherwise(constraints, updated.Old, updated.Current),
        ClusterEvent.PodUpdated updated => MatchesOtherwise(constraints, updated.Old, updated.Current) || ToleratesOtherwise(constraints, updated),
        ClusterEvent.NodeAdded added => HasKeys(constraints, added.Node),
        ClusterEvent.NodeDeleted deleted => HasKeys(constraints, deleted.Node),
        ClusterEvent.NodeUpdated updated => IsOtherwise(pod, constraints, updated.Old, updated.Current),
        _ => false,
    };

    private static bool IsNear(PodInfo pod, PodInfo placed) => placed.Key.Namespace == pod.Key.Namespace;

    private static bool IsCounted(PodInfo pod, SpreadConstraint[] constraints, PodInfo placed) =>
        IsNear(pod, placed) && Array.Exists(constraints, constraint => constraint.Pods.Matches(placed.Labels));

    private static bool MatchesOtherwise(SpreadConstraint[] constraints, PodInfo old, PodInfo current) =>
        Array.Exists(constraints, constraint => constraint.Pods.Matches(old.Labels) != constraint.Pods.Matches(current.Labels));

    private static bool ToleratesOtherwise(SpreadConstraint[] constraints, ClusterEvent.PodUpdated updated) =>
        Array.Exists(constraints, constraint => constraint.HonorsTaints)
        && !updated.Old.Pod.Spec.Tolerations.Equals(updated.Current.Pod.Spec.Tolerations);

    private static bool HasKeys(SpreadConstraint[] constraints, Node node) => Array.TrueForAll(constraints, constraint => Domain(constraint, node) is not null);

    private static bool IsOtherwise(PodInfo pod, SpreadConstraint[] constraints, Node old, Node current)
    {
        if (HasKeys(constraints, old) != HasKeys(constraints, current)) return true;
        if (!HasKeys(constraints, current)) return false;
        return Array.Exists(constraints, constraint => Domain(constraint, old) != Domain(constraint, current))
            || !Equals(old.Spec?.Taints, current.Spec?.Taints)
            || (NodeInclusion.ChoosesNodes(pod) && !old.Metadata.Labels.Equals(current.Metadata.Labels));
    }

    private static string? Domain(SpreadConstraint constraint, Node node) =>
        node.Metadata.Labels.TryGetValue(constraint.TopologyKey.Text, out var value) ? value : null;
}
