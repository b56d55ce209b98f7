using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.CheckNodePIDPressure;

/// <summary>Keeps every pod off nodes that are short of process ids: the predicate CheckNodePIDPressure.</summary>
/// <remarks>
/// Off unless a profile names it: since 1.12 the taint node.kubernetes.io/pid-pressure does its work.
/// Source: pkg/scheduler/algorithm/predicates/predicates.go of 1.13.
/// </remarks>
internal sealed class CheckNodePIDPressure : IFilterPlugin, IQueueingHintPlugin
{
    private static readonly Status UnderPressure = Status.Unresolvable("node(s) had pid pressure");

    public string Name => "CheckNodePIDPressure";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => node.Node.Has("PIDPressure") ? UnderPressure : Status.Success;

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change.BecomesAcceptable(static node => !node.Has("PIDPressure"));
}
