using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>How many pods each of a pod's hard constraints counts in each domain. What the filter looks at, for one pod in one cycle.</summary>
/// <remarks>
/// Counted are the pods of the pod's namespace that match the constraint and are not being deleted, on nodes that have the topology keys of all
/// hard constraints and that the constraint's policies include. Source: pkg/scheduler/framework/plugins/podtopologyspread/filtering.go.
/// </remarks>
internal sealed class SpreadCounts : ICycleData
{
    private readonly PodInfo _pod;
    private readonly SpreadConstraint[] _constraints;
    private readonly NodeInclusion _inclusion;
    private readonly DomainCounts[] _counts;

    /// <summary>Counts the pods of the snapshot.</summary>
    public SpreadCounts(PodInfo pod, SpreadConstraint[] constraints, Snapshot snapshot)
    {
        (_pod, _constraints, _inclusion) = (pod, constraints, new NodeInclusion(pod));
        _counts = new DomainCounts[constraints.Length];
        int[][] domains = new int[constraints.Length][];
        for (var c = 0; c < constraints.Length; c++)
        {
            (var topology, domains[c]) = snapshot.DomainsBy(constraints[c].TopologyKey);
            _counts[c] = new DomainCounts(topology);
        }
        for (var c = 0; c < constraints.Length; c++) Count(c, domains, snapshot);
    }

    private SpreadCounts(SpreadCounts other)
    {
        (_pod, _constraints, _inclusion) = (other._pod, other._constraints, other._inclusion);
        _counts = [.. other._counts.Select(counts => counts.Clone())];
    }

    public ICycleData Clone() => new SpreadCounts(this);

    /// <summary>One pod more (1) or fewer (-1) on the node.</summary>
    public void Add(PodInfo placed, NodeInfo node, int change)
    {
        if (placed.IsTerminating || placed.Key.Namespace != _pod.Key.Namespace || !_constraints.AllIn(node.Labels)) return;
        for (var c = 0; c < _constraints.Length; c++)
        {
            var constraint = _constraints[c];
            if (constraint.Pods.Matches(placed.Labels) && _inclusion.Includes(constraint, node.Node)) _counts[c].Add(node.Labels, change);
        }
    }

    /// <summary>The first constraint, in the pod's order, that rejects the node says how; null: none does.</summary>
    public SpreadFault? Check(LabelSet node)
    {
        for (var c = 0; c < _constraints.Length; c++)
        {
            var (constraint, counts) = (_constraints[c], _counts[c]);
            if (!node.Has(constraint.TopologyKey)) return SpreadFault.MissingKey;
            var smallest = counts.Domains < constraint.MinDomains ? 0 : counts.Smallest;
            var self = constraint.Pods.Matches(_pod.Labels) ? 1 : 0;
            if (counts.Of(node) + self - smallest > constraint.MaxSkew) return SpreadFault.Skew;
        }
        return null;
    }

    private void Count(int constraint, int[][] domains, Snapshot snapshot)
    {
        var live = snapshot.CountLive(_pod.Key.Namespace, _constraints[constraint].Pods);
        var included = _inclusion.IncludedIn(snapshot, _constraints[constraint]);
        for (var place = 0; place < live.Length; place++)
        {
            if (AreIn(domains, place) && included?[place] != false) _counts[constraint].Add(domains[constraint][place], live[place]);
        }
    }

    private static bool AreIn(int[][] domains, int place)
    {
        foreach (var of in domains)
        {
            if (of[place] == Topology.None) return false;
        }
        return true;
    }
}

/// <summary>What is wrong with a node.</summary>
internal enum SpreadFault
{
    /// <summary>It is in no domain.</summary>
    MissingKey,

    /// <summary>Its domain would have too many pods.</summary>
    Skew,
}
