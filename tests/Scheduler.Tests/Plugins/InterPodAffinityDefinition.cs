using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Tests.Reference;

namespace MiniK8s.Scheduler.Tests.Plugins;

/// <summary>The rules of InterPodAffinity said as plainly as they can be, every pod asked about every other. What the plugin must equal.</summary>
internal sealed class InterPodAffinityDefinition(World world, int hardWeight = 1)
{
    public string Filter(Pod pod, Node node)
    {
        var (near, notNear) = (Required(pod), RequiredNot(pod));
        if (!near.All(term => Has(node, term)) || !(near.All(term => SharersOf(node, term).Any(other => MatchesAll(near, pod, other))) || IsFirst(pod)))
            return "X: node(s) didn't match pod affinity rules";
        if (notNear.Any(term => SharersOf(node, term).Any(other => Matches(term, pod, other)))) return "U: node(s) didn't match pod anti-affinity rules";
        return world.Pods.Any(other => RequiredNot(other).Any(term => Matches(term, other, pod) && Shares(world.NodeOf(other), node, term)))
            ? "U: node(s) didn't satisfy existing pods anti-affinity rules"
            : "";
    }

    /// <summary>Raw scores; null when no term speaks of anybody in any domain.</summary>
    public long[]? Scores(Pod pod)
    {
        var worths = world.Pods.SelectMany(other => Worths(pod, other).Where(worth => Has(world.NodeOf(other), worth.Term)).Select(worth => (Other: other, worth))).ToList();
        return worths.Count == 0
            ? null
            : [.. world.Nodes.Select(node => worths.Where(w => Shares(world.NodeOf(w.Other), node, w.worth.Term)).Sum(w => w.worth.Amount))];
    }

    public static long[] Normalize(long[] raw)
    {
        var (lowest, highest) = (raw.Min(), raw.Max());
        return [.. raw.Select(score => highest == lowest ? 0 : (long)(100.0 * ((double)(score - lowest) / (highest - lowest))))];
    }

    private IEnumerable<(PodAffinityTerm Term, long Amount)> Worths(Pod pod, Pod other)
    {
        foreach (var term in Preferred(pod).Where(term => Matches(term.PodAffinityTerm, pod, other))) yield return (term.PodAffinityTerm, term.Weight);
        foreach (var term in PreferredNot(pod).Where(term => Matches(term.PodAffinityTerm, pod, other))) yield return (term.PodAffinityTerm, -term.Weight);
        foreach (var term in Required(other).Where(term => hardWeight > 0 && Matches(term, other, pod))) yield return (term, hardWeight);
        foreach (var term in Preferred(other).Where(term => Matches(term.PodAffinityTerm, other, pod))) yield return (term.PodAffinityTerm, term.Weight);
        foreach (var term in PreferredNot(other).Where(term => Matches(term.PodAffinityTerm, other, pod))) yield return (term.PodAffinityTerm, -term.Weight);
    }

    private bool IsFirst(Pod pod) =>
        MatchesAll(Required(pod), pod, pod)
        && !world.Pods.Any(other => MatchesAll(Required(pod), pod, other) && Required(pod).Any(term => Has(world.NodeOf(other), term)));

    private IEnumerable<Pod> SharersOf(Node node, PodAffinityTerm term) => world.Pods.Where(other => Shares(world.NodeOf(other), node, term));

    private static bool Shares(Node a, Node b, PodAffinityTerm term) =>
        Has(a, term) && Has(b, term) && a.Metadata.Labels[term.TopologyKey] == b.Metadata.Labels[term.TopologyKey];

    private static bool Has(Node node, PodAffinityTerm term) => node.Metadata.Labels.ContainsKey(term.TopologyKey);

    private bool MatchesAll(IEnumerable<PodAffinityTerm> terms, Pod owner, Pod other) => terms.All(term => Matches(term, owner, other));

    private bool Matches(PodAffinityTerm term, Pod owner, Pod other) =>
        NamespaceMatches(term, owner, other.Metadata.Namespace)
        && LabelQuery.From(term.LabelSelector).Matches(other.Metadata.Labels);

    // The terms of a pod that is being placed name the namespaces there are, those of placed pods are asked about the pod's: the two differ
    // only where a namespace is not known, which then has no labels but for a term of the pod's own is not there at all.
    private bool NamespaceMatches(PodAffinityTerm term, Pod owner, string ns)
    {
        if (term.Namespaces.Count == 0 && term.NamespaceSelector is null) return ns == owner.Metadata.Namespace;
        if (term.Namespaces.Contains(ns)) return true;
        var known = world.Namespaces.FirstOrDefault(candidate => candidate.Metadata.Name == ns);
        var query = LabelQuery.From(term.NamespaceSelector);
        return known is not null ? query.Matches(known.Metadata.Labels) : query.IsEverything || (world.Pods.Contains(owner) && query.Matches(new Dictionary<string, string>()));
    }

    private static IReadOnlyList<PodAffinityTerm> Required(Pod pod) => pod.Spec.Affinity?.PodAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];

    private static IReadOnlyList<PodAffinityTerm> RequiredNot(Pod pod) => pod.Spec.Affinity?.PodAntiAffinity?.RequiredDuringSchedulingIgnoredDuringExecution ?? [];

    private static IReadOnlyList<WeightedPodAffinityTerm> Preferred(Pod pod) => pod.Spec.Affinity?.PodAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [];

    private static IReadOnlyList<WeightedPodAffinityTerm> PreferredNot(Pod pod) => pod.Spec.Affinity?.PodAntiAffinity?.PreferredDuringSchedulingIgnoredDuringExecution ?? [];
}
