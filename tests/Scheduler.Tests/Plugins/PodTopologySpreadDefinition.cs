using MiniK8s.Api.Placement;
using MiniK8s.Api.Selectors;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Tests.Reference;

namespace MiniK8s.Scheduler.Tests.Plugins;

/// <summary>The rules of PodTopologySpread said as plainly as they can be. What the plugin must equal.</summary>
/// <param name="defaults">What holds for pods without constraints, their selectors filled in.</param>
/// <param name="needEveryKey">Whether under the defaults a node has to have every key to be scored.</param>
internal sealed class PodTopologySpreadDefinition(World world, IReadOnlyList<TopologySpreadConstraint> defaults, bool needEveryKey)
{
    public string Filter(Pod pod, Node node)
    {
        var constraints = Of(pod, "DoNotSchedule");
        foreach (var constraint in constraints)
        {
            if (!Has(node, constraint)) return "X: node(s) didn't match pod topology spread constraints (missing required label)";
            var counts = world.Nodes.Where(other => constraints.All(c => Has(other, c)) && Includes(constraint, pod, other))
                .GroupBy(other => Domain(other, constraint)).ToDictionary(domain => domain.Key, domain => domain.Sum(other => Count(constraint, pod, other)));
            var smallest = counts.Count < (constraint.HasMinDomains ? constraint.MinDomains : 1) ? 0 : counts.Values.Min();
            var with = counts.GetValueOrDefault(Domain(node, constraint)) + (Selects(constraint, pod, pod) ? 1 : 0);
            if (with - smallest > constraint.MaxSkew) return "U: node(s) didn't match pod topology spread constraints";
        }
        return "";
    }

    /// <summary>Raw and normalised scores of the feasible nodes; null when there is no soft constraint.</summary>
    public (long[] Raw, long[] Normalized)? Scores(Pod pod, IReadOnlyList<Node> feasible)
    {
        var constraints = Of(pod, "ScheduleAnyway");
        if (constraints.Count == 0) return null;
        var strict = pod.Spec.TopologySpreadConstraints.Count > 0 || needEveryKey;
        bool Ignored(Node node) => strict && !constraints.All(constraint => Has(node, constraint));

        var scored = feasible.Where(node => !Ignored(node)).ToList();
        double Part(TopologySpreadConstraint constraint, Node node)
        {
            if (!Has(node, constraint)) return 0;
            var isHost = constraint.TopologyKey == Rules.Host;
            var domains = isHost ? scored.Count : scored.Select(other => Has(other, constraint) ? Domain(other, constraint) : "").Distinct().Count();
            var counted = isHost
                ? [node]
                : world.Nodes.Where(other => !Ignored(other) && Has(other, constraint) && Includes(constraint, pod, other) && Domain(other, constraint) == Domain(node, constraint));
            return counted.Sum(other => Count(constraint, pod, other)) * Math.Log(domains + 2) + (constraint.MaxSkew - 1);
        }

        long[] raw = [.. feasible.Select(node => Ignored(node) ? 0 : (long)Math.Round(constraints.Sum(constraint => Part(constraint, node)), MidpointRounding.AwayFromZero))];
        var (lowest, highest) = (long.MaxValue, 0L);
        foreach (var (node, score) in feasible.Zip(raw).Where(pair => !Ignored(pair.First))) (lowest, highest) = (long.Min(lowest, score), long.Max(highest, score));
        return (raw, [.. feasible.Zip(raw).Select(pair => Ignored(pair.First) ? 0 : highest == 0 ? 100 : 100 * (highest + lowest - pair.Second) / highest)]);
    }

    private IReadOnlyList<TopologySpreadConstraint> Of(Pod pod, string whenUnsatisfiable) =>
        [.. (pod.Spec.TopologySpreadConstraints.Count > 0 ? pod.Spec.TopologySpreadConstraints : defaults).Where(constraint => constraint.WhenUnsatisfiable == whenUnsatisfiable)];

    private int Count(TopologySpreadConstraint constraint, Pod pod, Node node) => world.Pods.Count(other =>
        other.Spec.NodeName == node.Metadata.Name && other.Metadata.Namespace == pod.Metadata.Namespace && other.Metadata.DeletionTimestamp is null
        && Selects(constraint, pod, other));

    private static bool Selects(TopologySpreadConstraint constraint, Pod pod, Pod other) =>
        LabelQuery.From(constraint.LabelSelector).Matches(other.Metadata.Labels)
        && constraint.MatchLabelKeys.All(key => ValueOf(pod, key) is not { } value || ValueOf(other, key) == value);

    private static bool Includes(TopologySpreadConstraint constraint, Pod pod, Node node) =>
        ((constraint.HasNodeAffinityPolicy && constraint.NodeAffinityPolicy == "Ignore") || pod.Spec.SelectsNode(node))
        && (!(constraint.HasNodeTaintsPolicy && constraint.NodeTaintsPolicy == "Honor")
            || node.Spec.Taints.All(taint => taint.Effect == "PreferNoSchedule" || pod.Spec.Tolerations.Tolerates(taint)));

    private static bool Has(Node node, TopologySpreadConstraint constraint) => node.Metadata.Labels.ContainsKey(constraint.TopologyKey);

    private static string Domain(Node node, TopologySpreadConstraint constraint) => node.Metadata.Labels[constraint.TopologyKey];

    private static string? ValueOf(Pod pod, string key) => pod.Metadata.Labels.TryGetValue(key, out var value) ? value : null;
}
