using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.PodTopologySpread;

/// <summary>Which constraints hold for a pod: its own, or, where it has none at all, the defaults.</summary>
/// <remarks>Source: pkg/scheduler/framework/plugins/podtopologyspread/common.go and plugin.go.</remarks>
internal sealed class PodConstraints(IClusterObjects objects, PodTopologySpreadArgs args)
{
    private static readonly TopologySpreadConstraint[] SystemDefaults =
    [
        new() { TopologyKey = "kubernetes.io/hostname", WhenUnsatisfiable = "ScheduleAnyway", MaxSkew = 3 },
        new() { TopologyKey = "topology.kubernetes.io/zone", WhenUnsatisfiable = "ScheduleAnyway", MaxSkew = 5 },
    ];

    private readonly IReadOnlyList<TopologySpreadConstraint> _defaults =
        args.DefaultingType == PodTopologySpreadArgs.SystemDefaults ? SystemDefaults : args.DefaultConstraints ?? [];

    /// <summary>Those that reject nodes.</summary>
    public SpreadConstraint[] Hard(PodInfo pod) => Of(pod, isHard: true);

    /// <summary>Those that score nodes.</summary>
    public SpreadConstraint[] Soft(PodInfo pod) => Of(pod, isHard: false);

    /// <summary>Whether a node has to have every topology key to be scored. Not with the built-in defaults: hosts without a zone are spread over all the same.</summary>
    public bool NeedEveryKey(PodInfo pod) => pod.SpreadConstraints.Count > 0 || args.DefaultingType != PodTopologySpreadArgs.SystemDefaults;

    private SpreadConstraint[] Of(PodInfo pod, bool isHard)
    {
        if (pod.SpreadConstraints.Count > 0) return [.. pod.SpreadConstraints.Where(constraint => constraint.IsHard == isHard)];
        SpreadConstraint[] defaults = [.. _defaults.Select(constraint => SpreadConstraint.Of(constraint, pod.Pod)).Where(constraint => constraint.IsHard == isHard)];
        if (defaults.Length == 0) return defaults;
        var group = GroupSelector.Of(pod, objects);
        return group.IsEverything ? [] : [.. defaults.Select(constraint => constraint with { Pods = group })];
    }
}
