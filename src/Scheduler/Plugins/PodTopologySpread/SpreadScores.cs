using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
    private readonly bool _needEveryKey;
    private readonly Domains[] _constraints;

    public SpreadScores(PodInfo pod, SpreadConstraint[] constraints, bool needEveryKey, Snapshot snapshot, IReadOnlyList<NodeInfo> feasible)
    {
        (_pod, _needEveryKey) = (pod, needEveryKey);
        _constraints = [.. constraints.Select(constraint => new Domains(constraint))];
        var scored = AddDomains(feasible);
        foreach (var domains in _constraints) domains.Weight = Math.Log((domains.IsHost ? scored : domains.Count) + 2);
        if (Array.TrueForAll(_constraints, domains => domains.Pods.Count == 0)) return;
        var inclusion = new NodeInclusion(pod);
        for (var i = 0; i < snapshot.Nodes.Count; i++) CountPodsOf(snapshot.Nodes[i], inclusion);
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
        var score = 0.0;
        foreach (var domains in _constraints)
        {
            var constraint = domains.Constraint;
            if (!node.Labels.TryFind(constraint.TopologyKey, out var domain)) continue;
            long count = domains.IsHost ? node.CountLive(_pod.Key.Namespace, constraint.Pods) : domains.Pods.GetValueOrDefault(domain);
            score += (count * domains.Weight) + (constraint.MaxSkew - 1);
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
            foreach (var domains in _constraints)
            {
                if (!domains.IsHost) domains.AddDomainOf(labels);
            }
        }
        return scored;
    }

    private void CountPodsOf(NodeInfo node, NodeInclusion inclusion)
    {
        if (Ignores(node.Labels)) return;
        foreach (var domains in _constraints)
        {
            var constraint = domains.Constraint;
            if (!node.Labels.TryFind(constraint.TopologyKey, out var domain)) continue;
            ref var count = ref CollectionsMarshal.GetValueRefOrNullRef(domains.Pods, domain);
            if (Unsafe.IsNullRef(ref count) || !inclusion.Includes(constraint, node.Node)) continue;
            count += node.CountLive(_pod.Key.Namespace, constraint.Pods);
        }
    }

    private sealed class Domains(SpreadConstraint constraint)
    {
        private bool _hasNodesWithout;

        public SpreadConstraint Constraint { get; } = constraint;

        public bool IsHost { get; } = constraint.TopologyKey == Hostname;

        /// <summary>How many pods there are, by domain; empty for hosts.</summary>
        public Dictionary<HashedText, int> Pods { get; } = [];

        /// <summary>Nodes without the key are together a domain too, the one with no name, though its pods are in nobody's way.</summary>
        public int Count => Pods.Count + (_hasNodesWithout && !Pods.ContainsKey(HashedText.Empty) ? 1 : 0);

        public double Weight { get; set; }

        public void AddDomainOf(LabelSet node)
        {
            if (node.TryFind(Constraint.TopologyKey, out var domain)) Pods.TryAdd(domain, 0);
            else _hasNodesWithout = true;
        }
    }
}
