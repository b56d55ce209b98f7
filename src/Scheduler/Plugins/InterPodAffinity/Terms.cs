using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>What is asked of several terms, or of namespaces, at once.</summary>
internal static class Terms
{
    /// <summary>Whether the pod matches every one of the terms, whose namespaces are named; no terms match no pod.</summary>
    public static bool AllMatch(this AffinityTerm[] terms, PodInfo pod)
    {
        foreach (var term in terms)
        {
            if (!term.Matches(pod)) return false;
        }
        return terms.Length > 0;
    }

    /// <summary>The terms with the namespaces that they select by label named.</summary>
    public static AffinityTerm[] WithNamespaces(this IClusterObjects objects, AffinityTerm[] terms) =>
        terms.Length == 0 ? terms : [.. terms.Select(term => term.WithNamesOf(objects))];

    /// <summary>The same of preferred terms.</summary>
    public static WeightedAffinityTerm[] WithNamespaces(this IClusterObjects objects, WeightedAffinityTerm[] terms) =>
        terms.Length == 0 ? terms : [.. terms.Select(term => term with { Term = term.Term.WithNamesOf(objects) })];

    /// <summary>The labels of a namespace; none where it is not known.</summary>
    public static LabelSet LabelsOf(this IClusterObjects objects, string ns) =>
        objects.Find<Namespace>("", ns) is { } found ? LabelSet.Of(found.Metadata.Labels) : LabelSet.Empty;
}
