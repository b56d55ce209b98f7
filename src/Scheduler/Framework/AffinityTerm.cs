using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Scheduler.Framework;

/// <summary>A term of affinity or anti-affinity towards pods, compiled: which pods, in which namespaces, and what makes a domain.</summary>
/// <remarks>
/// | namespaces | namespaceSelector | the pods of                                 |
/// |------------|-------------------|---------------------------------------------|
/// | none       | null              | the namespace of the pod that has the term  |
/// | some       | null              | these namespaces                            |
/// | any        | some labels       | these namespaces and those with such labels |
/// | any        | empty             | every namespace                             |
/// Source: newAffinityTerm and AffinityTerm.Matches in pkg/scheduler/framework/types.go.
/// </remarks>
internal sealed class AffinityTerm
{
    private readonly HashSet<string> _namespaces;
    private readonly string? _onlyNamespace;     // most terms have one: a comparison is cheaper than a look-up

    private AffinityTerm(HashedText topologyKey, LabelMatcher pods, HashSet<string> namespaces, LabelMatcher namespaceSelector)
    {
        (TopologyKey, Pods, _namespaces, NamespaceSelector) = (topologyKey, pods, namespaces, namespaceSelector);
        _onlyNamespace = namespaces.Count == 1 ? namespaces.First() : null;
    }

    /// <summary>The node label whose equal values make one domain.</summary>
    public HashedText TopologyKey { get; }

    /// <summary>Whether it takes namespaces by their labels, so that a pod's cannot be left out of the question.</summary>
    public bool SelectsNamespaces => !NamespaceSelector.IsEverything && !NamespaceSelector.IsNothing;

    /// <summary>Which pods it speaks of, as text: terms of equal text speak of the same, whatever their topology keys.</summary>
    public string PodsText => field ??= $"{Pods.Text} of {string.Join(',', _namespaces.Order(StringComparer.Ordinal))} and {NamespaceSelector.Text}";

    private LabelMatcher Pods { get; }

    private LabelMatcher NamespaceSelector { get; }

    /// <summary>The term of a pod. Its matchLabelKeys and mismatchLabelKeys are in its selector already: the server has put them there.</summary>
    public static AffinityTerm Of(PodAffinityTerm term, Pod owner)
    {
        var isOwnNamespace = term.Namespaces.Count == 0 && term.NamespaceSelector is null;
        return new(
            new HashedText(term.TopologyKey), LabelMatcher.Of(term.LabelSelector), isOwnNamespace ? [owner.Metadata.Namespace] : [.. term.Namespaces],
            LabelMatcher.Of(term.NamespaceSelector));
    }

    /// <summary>Whether the pod is one of those the term speaks of.</summary>
    /// <param name="namespaceLabels">The labels of the pod's namespace.</param>
    public bool Matches(PodInfo pod, LabelSet namespaceLabels) =>
        (IsNamed(pod.Key.Namespace) || NamespaceSelector.Matches(namespaceLabels)) && Pods.Matches(pod.Labels);

    /// <summary>The same of a term that does not select namespaces by label (<see cref="WithNamesOf"/>).</summary>
    public bool Matches(PodInfo pod) => Matches(pod, LabelSet.Empty);

    /// <summary>The same term with the namespaces that it selects by label named, so that the pods of a cluster can be asked without theirs.</summary>
    public AffinityTerm WithNamesOf(IClusterObjects objects)
    {
        if (!SelectsNamespaces) return this;
        var selected = objects.List<Namespace>().Where(ns => NamespaceSelector.Matches(LabelSet.Of(ns.Metadata.Labels))).Select(ns => ns.Metadata.Name);
        return new(TopologyKey, Pods, [.. _namespaces, .. selected], LabelMatcher.Nothing);
    }

    private bool IsNamed(string ns) => _onlyNamespace is not null ? ns == _onlyNamespace : _namespaces.Contains(ns);
}

/// <summary>A preferred term and what it is worth.</summary>
internal readonly record struct WeightedAffinityTerm(AffinityTerm Term, int Weight);
