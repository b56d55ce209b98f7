using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>What preferences are worth to a pod, by domain: its own towards the placed pods, and theirs towards it.</summary>
/// <remarks>
/// | for a placed pod and a term of                      | that speaks of | its domain gains      |
/// |-----------------------------------------------------|----------------|-----------------------|
/// | the pod's preferred affinity                        | the placed pod | weight                |
/// | the pod's preferred anti-affinity                   | the placed pod | -weight               |
/// | the placed pod's required affinity                  | the pod        | hardPodAffinityWeight |
/// | the placed pod's preferred affinity                 | the pod        | weight                |
/// | the placed pod's preferred anti-affinity            | the pod        | -weight               |
/// Source: pkg/scheduler/framework/plugins/interpodaffinity/scoring.go.
/// </remarks>
internal sealed class AffinityScores : ICycleData
{
    private readonly PodInfo _pod;
    private readonly InterPodAffinityArgs _args;
    private readonly LabelSet _namespaceLabels;
    private readonly DomainSums _worth = new();

    /// <summary>Asks all placed pods where the pod prefers something, and else those that may prefer something.</summary>
    public AffinityScores(PodInfo pod, Snapshot snapshot, IClusterObjects objects, InterPodAffinityArgs args)
    {
        (_pod, _args) = (pod, args);
        _namespaceLabels = objects.LabelsOf(pod.Key.Namespace);
        foreach (var node in snapshot.WithPodAffinity)
        {
            foreach (var placed in node.PodsWithAffinity) AddTermsOf(placed, node.Labels);
        }
        AddOwnTerms(objects.WithNamespaces(pod.AffinityTerms.PreferredAffinity), snapshot, 1);
        AddOwnTerms(objects.WithNamespaces(pod.AffinityTerms.PreferredAntiAffinity), snapshot, -1);
    }

    /// <summary>Whether no term spoke of any pod.</summary>
    public bool SayNothing { get; private set; } = true;

    // Never changed.
    public ICycleData Clone() => this;

    public long Of(NodeInfo node) => _worth.TotalOf(node.Labels);

    private void AddOwnTerms(WeightedAffinityTerm[] terms, Snapshot snapshot, int sign)
    {
        if (terms.Length == 0) return;
        for (var i = 0; i < snapshot.Nodes.Count; i++)
        {
            var node = snapshot.Nodes[i];
            foreach (var (term, weight) in terms)
            {
                var matches = Count(term, node);
                if (matches > 0) Add(term, node.Labels, sign * weight * matches);
            }
        }
    }

    private void AddTermsOf(PodInfo placed, LabelSet node)
    {
        var terms = placed.AffinityTerms;
        if (_args.HardPodAffinityWeight > 0)
        {
            foreach (var term in terms.Affinity) AddIfMatching(term, node, _args.HardPodAffinityWeight);
        }
        foreach (var (term, weight) in terms.PreferredAffinity) AddIfMatching(term, node, weight);
        foreach (var (term, weight) in terms.PreferredAntiAffinity) AddIfMatching(term, node, -weight);
    }

    private void AddIfMatching(AffinityTerm term, LabelSet node, long amount)
    {
        if (term.Matches(_pod, _namespaceLabels)) Add(term, node, amount);
    }

    private void Add(AffinityTerm term, LabelSet node, long amount)
    {
        if (_worth.Add(term.TopologyKey, node, amount)) SayNothing = false;
    }

    private static long Count(AffinityTerm term, NodeInfo node)
    {
        var count = 0L;
        foreach (var placed in node.Pods)
        {
            if (term.Matches(placed)) count++;
        }
        return count;
    }
}
