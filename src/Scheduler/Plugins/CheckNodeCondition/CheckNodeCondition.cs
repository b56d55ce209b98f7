using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.CheckNodeCondition;

/// <summary>Keeps every pod off nodes that are not ready, out of disk, without network or cordoned, and gives all reasons: the predicate CheckNodeCondition.</summary>
/// <remarks>
/// | the node says                              | reason                           |
/// |--------------------------------------------|----------------------------------|
/// | Ready, and not True                        | node(s) were not ready           |
/// | OutOfDisk, and not False                   | node(s) were out of disk space   |
/// | NetworkUnavailable, and not False          | node(s) had unavailable network  |
/// | spec.unschedulable                         | node(s) were unschedulable       |
/// What a node says nothing of does not count against it, and no toleration helps. Off unless a profile names it: since 1.12 taints and
/// NodeUnschedulable do its work. Source: pkg/scheduler/algorithm/predicates/predicates.go of 1.13.
/// </remarks>
internal sealed class CheckNodeCondition : IFilterPlugin, IQueueingHintPlugin
{
    public string Name => "CheckNodeCondition";

    public Status Filter(CycleState state, PodInfo pod, NodeInfo node) =>
        IsFit(node.Node) ? Status.Success : Status.Unresolvable([.. Reasons(node.Node)]);

    public bool MayHelp(PodInfo pod, ClusterEvent change) => change.BecomesAcceptable(IsFit);

    private static bool IsFit(Node node) => IsReady(node) && HasDisk(node) && HasNetwork(node) && node.Spec is not { Unschedulable: true };

    private static IEnumerable<string> Reasons(Node node)
    {
        if (!IsReady(node)) yield return "node(s) were not ready";
        if (!HasDisk(node)) yield return "node(s) were out of disk space";
        if (!HasNetwork(node)) yield return "node(s) had unavailable network";
        if (node.Spec is { Unschedulable: true }) yield return "node(s) were unschedulable";
    }

    private static bool IsReady(Node node) => node.ConditionStatus("Ready") is null or "True";

    private static bool HasDisk(Node node) => node.ConditionStatus("OutOfDisk") is null or "False";

    private static bool HasNetwork(Node node) => node.ConditionStatus("NetworkUnavailable") is null or "False";
}
