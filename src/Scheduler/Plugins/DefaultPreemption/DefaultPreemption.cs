using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.DefaultPreemption;

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
internal sealed class DefaultPreemption : IPostFilterPlugin
{
    private const string NotHelpful = "Preemption is not helpful for scheduling";
    private const string NoVictims = "No preemption victims found for incoming pod";

    public string Name => "DefaultPreemption";

    public PostFilterResult PostFilter(CycleState state, PodInfo pod, Snapshot snapshot, Rejections rejections)
    {
        if (pod.Pod.Spec.PreemptionPolicy == "Never") return PostFilterResult.Nothing("preemption: not eligible due to preemptionPolicy=Never.");
        var reasons = rejections.Nodes.SelectMany(rejected => Reasons(state, pod, rejected.Node, rejected.Status));
        var unseen = Enumerable.Repeat(NotHelpful, snapshot.Nodes.Count - rejections.Nodes.Count);
        return PostFilterResult.Nothing("preemption: " + Rejections.Describe(snapshot.Nodes.Count, reasons.Concat(unseen)));
    }

    public Task ApplyAsync(PodInfo pod, PostFilterResult decided, CancellationToken ct) => Task.CompletedTask;

    private static IEnumerable<string> Reasons(CycleState state, PodInfo pod, NodeInfo node, Status status)
    {
        if (status.Code == StatusCode.Unresolvable) return [NotHelpful];
        var victims = node.Pods.Where(other => other.Priority < pod.Priority).ToList();
        if (victims.Count == 0) return [NoVictims];
        var without = victims.Aggregate(node, (left, victim) => left.Without(victim.Uid));
        var (_, then) = NodeFilters.Run(state, pod, without);
        return then.IsSuccess ? [NotHelpful] : then.Reasons;
    }
}
