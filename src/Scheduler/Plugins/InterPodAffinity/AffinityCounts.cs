using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.InterPodAffinity;

/// <summary>How many placed pods bear on a pod's required rules, by domain. What the filter looks at, for one pod in one cycle.</summary>
/// <remarks>
/// | counted in the domain of              | the placed pods that                                  | of the nodes    |
/// |---------------------------------------|-------------------------------------------------------|-----------------|
/// | each of the pod's affinity terms      | match all of its affinity terms                       | all             |
/// | each of the pod's anti-affinity terms | match that term                                       | all             |
/// | a placed pod's anti-affinity term     | have it, where the pod matches it                     | with such a pod |
/// Pods that are being deleted count like all others. Source: pkg/scheduler/framework/plugins/interpodaffinity/filtering.go.
/// </remarks>
internal sealed class AffinityCounts : ICycleData
{
    private readonly PodInfo _pod;
    private readonly Snapshot _snapshot;
    private readonly LabelSet _namespaceLabels;
    private readonly AffinityTerm[] _affinity;
    private readonly AffinityTerm[] _antiAffinity;
    private readonly DomainSums _near;
    private readonly DomainSums _repelled;
    private readonly DomainSums _repelling;

    /// <summary>Counts the pods of the snapshot.</summary>
    public AffinityCounts(PodInfo pod, Snapshot snapshot, IClusterObjects objects)
    {
        (_pod, _snapshot) = (pod, snapshot);
        _namespaceLabels = objects.LabelsOf(pod.Key.Namespace);
        _affinity = objects.WithNamespaces(pod.AffinityTerms.Affinity);
        _antiAffinity = objects.WithNamespaces(pod.AffinityTerms.AntiAffinity);
        (_near, _repelled, _repelling) = (new(), new(), new());
        if (snapshot.HasRequiredAntiAffinity) _repelling.AddEach(snapshot, snapshot.Repelling(pod, _namespaceLabels));
        if (_affinity.Length > 0)
        {
            var matching = snapshot.CountMatching(_affinity);
            foreach (var term in _affinity) _near.AddEach(snapshot, term.TopologyKey, matching);
        }
        foreach (var term in _antiAffinity) _repelled.AddEach(snapshot, term.TopologyKey, snapshot.CountMatching(term));
    }

    private AffinityCounts(AffinityCounts other)
    {
        (_pod, _snapshot, _namespaceLabels) = (other._pod, other._snapshot, other._namespaceLabels);
        (_affinity, _antiAffinity) = (other._affinity, other._antiAffinity);
        (_near, _repelled, _repelling) = (other._near.Clone(), other._repelled.Clone(), other._repelling.Clone());
    }

    /// <summary>Whether no node can be rejected.</summary>
    public bool SayNothing => _affinity.Length + _antiAffinity.Length == 0 && _repelling.AreZero;

    public ICycleData Clone() => new AffinityCounts(this);

    /// <summary>One pod more (1) or fewer (-1) on the node.</summary>
    public void Add(PodInfo placed, NodeInfo node, int change)
    {
        AddRepelling(placed, node, change);
        AddOwn(placed, node, change);
    }

    /// <summary>
    /// Every topology key is there, and in each of the domains a pod that matches all terms. Where no pod does in any domain, one that
    /// matches its own terms may be the first.
    /// </summary>
    public bool MeetAffinity(LabelSet node)
    {
        var areNear = true;
        foreach (var term in _affinity)
        {
            if (!node.Has(term.TopologyKey)) return false;
            areNear &= _near.Of(term.TopologyKey, node) > 0;
        }
        return areNear || (_near.AreZero && _affinity.AllMatch(_pod));
    }

    /// <summary>No pod that an anti-affinity term speaks of is in the term's domain. A node without the key is in none.</summary>
    public bool MeetAntiAffinity(LabelSet node)
    {
        foreach (var term in _antiAffinity)
        {
            if (_repelled.Of(term.TopologyKey, node) > 0) return false;
        }
        return true;
    }

    /// <summary>No placed pod has a term of anti-affinity that keeps the pod out.</summary>
    public bool MeetThoseOfPlacedPods(LabelSet node) => !_repelling.AnyOf(node);

    private void AddRepelling(PodInfo placed, NodeInfo node, int change)
    {
        foreach (var term in placed.AffinityTerms.AntiAffinity)
        {
            if (term.Matches(_pod, _namespaceLabels)) Add(_repelling, term, node, change);
        }
    }

    private void AddOwn(PodInfo placed, NodeInfo node, int change)
    {
        if (_affinity.AllMatch(placed))
        {
            foreach (var term in _affinity) Add(_near, term, node, change);
        }
        foreach (var term in _antiAffinity)
        {
            if (term.Matches(placed)) Add(_repelled, term, node, change);
        }
    }

    private void Add(DomainSums sums, AffinityTerm term, NodeInfo node, int change)
    {
        var topology = _snapshot.DomainsBy(term.TopologyKey).Topology;
        sums.Add(topology, topology.Find(node.Labels), change);
    }
}
