using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Says what preemption could do for a pod that fits nowhere.</summary>
/// <remarks>
/// | the node                                                   | its reason                                        |
/// |------------------------------------------------------------|---------------------------------------------------|
/// | would reject the pod whoever is removed                    | Preemption is not helpful for scheduling          |
/// | has no pod of lower priority                               | No preemption victims found for incoming pod      |
/// | would not have room without its pods of lower priority     | the filter's reasons then                         |
/// | would have room without them                               | Preemption is not helpful for scheduling          |
/// Known gap: there is no preemption, so in the last case an urgent pod waits, where Kubernetes would remove pods for it.
/// </remarks>
internal sealed class PreemptionReport(NodeFilters filters)
{
    private const string NotHelpful = "Preemption is not helpful for scheduling";
    private const string NoVictims = "No preemption victims found for incoming pod";

    public string Describe(CycleState state, PodInfo pod, int nodeCount, Rejections rejections)
    {
        if (pod.Pod.Spec.PreemptionPolicy == "Never") return "preemption: not eligible due to preemptionPolicy=Never.";
        var reasons = rejections.Nodes.SelectMany(rejected => Reasons(state, pod, rejected.Node, rejected.Status));
        var unseen = Enumerable.Repeat(NotHelpful, nodeCount - rejections.Nodes.Count);
        return "preemption: " + Rejections.Describe(nodeCount, reasons.Concat(unseen));
    }

    private IEnumerable<string> Reasons(CycleState state, PodInfo pod, NodeInfo node, Status status)
    {
        if (status.Code == StatusCode.Unresolvable) return [NotHelpful];
        var victims = node.Pods.Where(other => other.Priority < pod.Priority).ToList();
        if (victims.Count == 0) return [NoVictims];
        var without = victims.Aggregate(node, (left, victim) => left.Without(victim.Uid));
        var (_, then) = filters.Run(state, pod, without);
        return then.IsSuccess ? [NotHelpful] : then.Reasons;
    }
}
