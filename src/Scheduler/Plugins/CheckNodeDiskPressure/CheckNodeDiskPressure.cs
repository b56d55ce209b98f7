using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.CheckNodeDiskPressure;

/// <summary>Keeps every pod off nodes that are short of disk space: the predicate CheckNodeDiskPressure.</summary>
/// <remarks>
/// Off unless a profile names it: since 1.12 the taint node.kubernetes.io/disk-pressure does its work.
/// Source: pkg/scheduler/algorithm/predicates/predicates.go of 1.13.
/// </remarks>
internal sealed class CheckNodeDiskPressure : IFilterPlugin, IQueueingHintPlugin
{
    private static readonly Status UnderPressure = Status.Unresolvable("node(s) had disk pressure");

    public string Name => "CheckNodeDiskPressure";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => node.Node.Has("DiskPressure") ? UnderPressure : Status.Success;

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change.BecomesAcceptable(static node => !node.Has("DiskPressure"));
}
