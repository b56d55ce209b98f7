using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry.Pods;

/// <summary>Writes matchLabelKeys and mismatchLabelKeys of a new pod's affinity terms into their selectors, as the values that the pod has then.</summary>
/// <remarks>
/// <code>
/// the pod's labels: tier=web                                   | the term's selector gets
/// -------------------------------------------------------------+-------------------------
/// matchLabelKeys: [tier]                                       | tier in (web)
/// mismatchLabelKeys: [tier]                                    | tier notin (web)
/// matchLabelKeys: [absent], or no selector, which takes no pod | nothing
/// </code>
/// The keys stay, and say nothing to the scheduler. Those of topology spread constraints are the scheduler's own business.
/// Source: mutatePodAffinity, pkg/registry/core/pod/strategy.go.
/// </remarks>
internal static class LabelKeys
{
    public static void MergeIntoSelectors(Pod pod)
    {
        if (pod.Spec.Affinity?.PodAffinity is { } affinity)
            Merge(affinity.RequiredDuringSchedulingIgnoredDuringExecution, affinity.PreferredDuringSchedulingIgnoredDuringExecution, pod);
        if (pod.Spec.Affinity?.PodAntiAffinity is { } anti)
            Merge(anti.RequiredDuringSchedulingIgnoredDuringExecution, anti.PreferredDuringSchedulingIgnoredDuringExecution, pod);
    }

    private static void Merge(IEnumerable<PodAffinityTerm> required, IEnumerable<WeightedPodAffinityTerm> preferred, Pod pod)
    {
        foreach (var term in required.Concat(preferred.Select(weighted => weighted.PodAffinityTerm)))
        {
            if (term?.LabelSelector is not { } selector) continue;
            Merge(selector, term.MatchLabelKeys, "In", pod);
            Merge(selector, term.MismatchLabelKeys, "NotIn", pod);
        }
    }

    private static void Merge(LabelSelector selector, IEnumerable<string> keys, string op, Pod pod)
    {
        foreach (var key in keys)
        {
            if (pod.Metadata.Labels.TryGetValue(key, out var value))
                selector.MatchExpressions.Add(new LabelSelectorRequirement { Key = key, Operator = op, Values = { value } });
        }
    }
}
