using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>How full the domains of the feasible nodes are, by a pod's soft constraints: the lower, the better.</summary>
/// <remarks>
/// A constraint's weight is ln(domains + 2), so that the few pods of each of many domains weigh as much as the many of each of few. Domains are
/// those of the feasible nodes; counted in them are the pods of all nodes. Each host is a domain of its own and counted when it is scored.
/// Source: pkg/scheduler/framework/plugins/podtopologyspread/scoring.go.
/// </remarks>
internal sealed class SpreadScores : ICycleData
{
    private static readonly HashedText Hostname = new("kubernetes.io/hostname");

    private readonly PodInfo _pod;
    private readonly Snapshot _snapshot;
    private readonly bool _needEveryKey;
    private readonly Domains[] _constraints;

    public SpreadScores(PodInfo pod, SpreadConstraint[] constraints, bool needEveryKey, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible)
    {
        (_pod, _snapshot, _needEveryKey) = (pod, snapshot, needEveryKey);
        _constraints = [.. constraints.Select(constraint => new Domains(constraint, snapshot, pod.Key.Namespace))];
        var scored = AddDomains(feasible);
        foreach (var domains in _constraints) domains.Weight = Math.Log((domains.IsHost ? scored : domains.Count) + 2);
        var inclusion = new NodeInclusion(pod);
        foreach (var domains in _constraints)
        {
            if (!domains.IsHost) CountPods(domains, inclusion);
        }
    }

    // Never changed.
    public ICycleData Clone() => this;

    /// <summary>Whether the node is out of the comparison for lack of a topology key.</summary>
    public bool Ignores(LabelSet node)
    {
        if (!_needEveryKey) return false;
        foreach (var domains in _constraints)
        {
            if (!node.Has(domains.Constraint.TopologyKey)) return true;
        }
        return false;
    }

    /// <summary>Summed over the constraints whose key the node has, its domain's weighted count and what skew is allowed.</summary>
    public long Of(NodeInfo node)
    {
        if (Ignores(node.Labels)) return 0;
        var place = _snapshot.PlaceOf(node);
        var score = 0.0;
        foreach (var domains in _constraints)
        {
            if (domains.ByNode[place] != Topology.None) score += (domains.CountAt(place) * domains.Weight) + (domains.Constraint.MaxSkew - 1);
        }
        return (long)Math.Round(score, MidpointRounding.AwayFromZero);
    }

    private int AddDomains(IReadOnlyList<NodeInfo> feasible)
    {
        var scored = 0;
        for (var i = 0; i < feasible.Count; i++)
        {
            var labels = feasible[i].Labels;
            if (Ignores(labels)) continue;
            scored++;
            var place = _snapshot.PlaceOf(feasible[i]);
            foreach (var domains in _constraints)
            {
                if (!domains.IsHost) domains.AddDomainOf(place);
            }
        }
        return scored;
    }

    private void CountPods(Domains domains, NodeInclusion inclusion)
    {
        var included = inclusion.IncludedIn(_snapshot, domains.Constraint);
        for (var place = 0; place < domains.ByNode.Length; place++)
        {
            if (domains.Counts(place) && !IsIgnored(place) && included?[place] != false) domains.AddPodsOf(place);
        }
    }

    private bool IsIgnored(int place)
    {
        if (!_needEveryKey) return false;
        foreach (var domains in _constraints)
        {
            if (domains.ByNode[place] == Topology.None) return true;
        }
        return false;
    }

    private sealed class Domains
    {
        private const int NotThere = -1;     // a domain without a feasible node

        private readonly int[] _live;
        private readonly int[] _pods;
        private int _named;
        private bool _hasNodesWithout;

        public Domains(SpreadConstraint constraint, Snapshot snapshot, string ns)
        {
            (Constraint, IsHost) = (constraint, constraint.TopologyKey == Hostname);
            (var topology, ByNode) = snapshot.DomainsBy(constraint.TopologyKey);
            _live = snapshot.CountLive(ns, constraint.Pods);
            _pods = IsHost ? [] : new int[topology.Count];
            Array.Fill(_pods, NotThere);
        }

        public SpreadConstraint Constraint { get; }

        public bool IsHost { get; }

        /// <summary>The domain of each node, by place.</summary>
        public int[] ByNode { get; }

        /// <summary>Nodes without the key are together a domain too, though its pods are in nobody's way.</summary>
        public int Count => _named + (_hasNodesWithout ? 1 : 0);

        public double Weight { get; set; }

        public void AddDomainOf(int place)
        {
            if (ByNode[place] == Topology.None) _hasNodesWithout = true;
            else if (_pods[ByNode[place]] == NotThere) (_pods[ByNode[place]], _named) = (0, _named + 1);
        }

        /// <summary>Whether the node is in the domain of a feasible one.</summary>
        public bool Counts(int place) => ByNode[place] != Topology.None && _pods[ByNode[place]] != NotThere;

        public void AddPodsOf(int place) => _pods[ByNode[place]] += _live[place];

        /// <summary>Of the host itself, or of the node's domain.</summary>
        public long CountAt(int place) => IsHost ? _live[place] : _pods[ByNode[place]];
    }
}
