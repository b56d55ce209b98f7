using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>What the placed pods of each node mean to a pod, from the snapshot's columns: worked out again only for nodes that have changed.</summary>
/// <remarks>Pods of one controller ask the same, so what one has asked serves the next.</remarks>
internal static class PlacedPods
{
    /// <summary>How many pods of each node match all of the terms, whose namespaces are named.</summary>
    public static int[] CountMatching(this Snapshot snapshot, params AffinityTerm[] terms) =>
        snapshot.Column(new MatchingKey(string.Join(';', terms.Select(term => term.PodsText))), node => Count(node, terms));

    /// <summary>How many terms of required anti-affinity of each node's pods speak of the pod; null for none.</summary>
    public static List<TermWorth>?[] Repelling(this Snapshot snapshot, PodInfo pod, LabelSet namespaceLabels) =>
        snapshot.Column(new RepellingKey(pod.Key.Namespace, namespaceLabels, pod.Labels), node =>
        {
            var worths = default(List<TermWorth>);
            foreach (var placed in node.PodsWithRequiredAntiAffinity)
            {
                foreach (var term in placed.AffinityTerms.AntiAffinity) AddIfSpeaking(ref worths, term, 1, pod, namespaceLabels);
            }
            return worths;
        });

    /// <summary>What the terms of preference of each node's pods that speak of the pod are worth, required affinity among them; null for none.</summary>
    public static List<TermWorth>?[] Preferring(this Snapshot snapshot, PodInfo pod, LabelSet namespaceLabels, int hardWeight) =>
        snapshot.Column(new PreferringKey(pod.Key.Namespace, namespaceLabels, pod.Labels, hardWeight), node =>
        {
            var worths = default(List<TermWorth>);
            foreach (var placed in node.PodsWithAffinity)
            {
                var terms = placed.AffinityTerms;
                if (hardWeight > 0)
                {
                    foreach (var term in terms.Affinity) AddIfSpeaking(ref worths, term, hardWeight, pod, namespaceLabels);
                }
                foreach (var (term, weight) in terms.PreferredAffinity) AddIfSpeaking(ref worths, term, weight, pod, namespaceLabels);
                foreach (var (term, weight) in terms.PreferredAntiAffinity) AddIfSpeaking(ref worths, term, -weight, pod, namespaceLabels);
            }
            return worths;
        });

    private static int Count(NodeInfo node, AffinityTerm[] terms)
    {
        var count = 0;
        foreach (var placed in node.Pods)
        {
            if (terms.AllMatch(placed)) count++;
        }
        return count;
    }

    private static void AddIfSpeaking(ref List<TermWorth>? worths, AffinityTerm term, long amount, PodInfo pod, LabelSet namespaceLabels)
    {
        if (!term.Matches(pod, namespaceLabels)) return;
        worths ??= [];
        var at = worths.FindIndex(worth => worth.TopologyKey == term.TopologyKey);
        if (at < 0) worths.Add(new(term.TopologyKey, amount));
        else worths[at] = new(term.TopologyKey, worths[at].Amount + amount);
    }

    private sealed record MatchingKey(string Terms);

    private sealed record RepellingKey(string Namespace, LabelSet NamespaceLabels, LabelSet Labels);

    private sealed record PreferringKey(string Namespace, LabelSet NamespaceLabels, LabelSet Labels, int HardWeight);
}

/// <summary>What terms of a node's pods are worth together in the node's domain by one topology key.</summary>
internal readonly record struct TermWorth(HashedText TopologyKey, long Amount);
