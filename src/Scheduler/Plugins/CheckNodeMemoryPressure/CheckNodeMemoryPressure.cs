using MiniK8s.Api.Validation;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.CheckNodeMemoryPressure;

/// <summary>Keeps BestEffort pods off nodes that are short of memory: the predicate CheckNodeMemoryPressure.</summary>
/// <remarks>
/// Off unless a profile names it: since 1.12 the taint node.kubernetes.io/memory-pressure does its work.
/// Source: pkg/scheduler/algorithm/predicates/predicates.go of 1.13.
/// </remarks>
internal sealed class CheckNodeMemoryPressure : IPreFilterPlugin, IFilterPlugin, IQueueingHintPlugin
{
    private static readonly Status UnderPressure = Status.Unresolvable("node(s) had memory pressure");

    public string Name => "CheckNodeMemoryPressure";

    public PreFilterResult PreFilter(CycleState state, PodInfo pod, Snapshot snapshot) =>
        PodQos.Of(pod.Pod.Spec) == PodQos.BestEffort ? PreFilterResult.Go : PreFilterResult.Skipped;

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) => node.Node.Has("MemoryPressure") ? UnderPressure : Status.Success;

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change.BecomesAcceptable(static node => !node.Has("MemoryPressure"));
}
