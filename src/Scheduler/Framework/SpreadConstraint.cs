using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A topology spread constraint, compiled.</summary>
/// <param name="MaxSkew">How many more matching pods a domain may hold than the emptiest one.</param>
/// <param name="TopologyKey">The node label whose equal values make one domain.</param>
/// <param name="Pods">Which pods are counted.</param>
/// <param name="IsHard">Whether a node that would break it is rejected (DoNotSchedule), not only liked less (ScheduleAnyway).</param>
/// <param name="MinDomains">Of fewer domains the emptiest one is taken to be empty.</param>
/// <param name="HonorsNodeAffinity">Whether nodes outside the pod's nodeSelector and node affinity are left out of the count.</param>
/// <param name="HonorsTaints">Whether nodes with taints that the pod does not tolerate are left out of the count.</param>
internal sealed record SpreadConstraint(
    int MaxSkew, HashedText TopologyKey, LabelMatcher Pods, bool IsHard, int MinDomains, bool HonorsNodeAffinity, bool HonorsTaints)
{
    private const string DoNotSchedule = "DoNotSchedule";
    private const string Honor = "Honor";

    /// <summary>The constraint for a pod: its matchLabelKeys stand for that pod's own values; keys the pod has not say nothing.</summary>
    /// <remarks>Source: filterTopologySpreadConstraints in pkg/scheduler/framework/plugins/podtopologyspread/common.go.</remarks>
    public static SpreadConstraint Of(TopologySpreadConstraint constraint, Pod pod)
    {
        var pods = LabelMatcher.Of(constraint.LabelSelector);
        foreach (var key in constraint.MatchLabelKeys)
        {
            if (pod.Metadata.Labels.TryGetValue(key, out var value)) pods = pods.With(key, value);
        }
        return new(
            constraint.MaxSkew, new HashedText(constraint.TopologyKey), pods, constraint.WhenUnsatisfiable == DoNotSchedule,
            constraint.HasMinDomains ? constraint.MinDomains : 1,
            HonorsNodeAffinity: !constraint.HasNodeAffinityPolicy || constraint.NodeAffinityPolicy == Honor,
            HonorsTaints: constraint.HasNodeTaintsPolicy && constraint.NodeTaintsPolicy == Honor);
    }
}
