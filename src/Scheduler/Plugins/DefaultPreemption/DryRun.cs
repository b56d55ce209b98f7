using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Plugins.DefaultPreemption;

/// <summary>What would be on one node if pods of lower priority were removed from it. Nothing outside changes.</summary>
/// <remarks>
/// First all of them go. Does the pod fit then, they come back one by one as long as it still does: first those whose going would overdraw a
/// disruption budget, then the others, of each the most important first. Who cannot come back is a victim.
/// <code>
/// node of 4 cpu: low-1 (priority 1, 2 cpu), low-2 (priority 0, 1 cpu), low-3 (priority 0, 1 cpu); the pod wants 2 cpu
/// low-1 comes back: 2 + 2, fits.  low-2: 2 + 1 + 2, does not: a victim.  low-3: likewise.
/// </code>
/// Source: SelectVictimsOnNode, pkg/scheduler/framework/plugins/defaultpreemption.
/// </remarks>
internal sealed class DryRun
{
    private static readonly Status NoVictims = Status.Unresolvable("No preemption victims found for incoming pod");

    private readonly CycleState _state;
    private readonly PodInfo _pod;
    private NodeRows _node;

    private DryRun(CycleState state, PodInfo pod, in NodeRows left) => (_state, _pod, _node) = (state, pod, left);

    // Whether a plugin keeps something that hangs on the node's pods. Where none does, it mostly needs no look at the node to see what does not fit.
    private bool IsToBeTold => _state.PreFilters.Length > 0;

    /// <summary>The node as a candidate, or why it is none.</summary>
    /// <param name="left">The same node without the pods of lower priority.</param>
    public static (Candidate? Candidate, Status Status) On(NodeInfo node, in NodeRows left, CycleState state, PodInfo pod, DisruptionBudgets budgets) =>
        ReferenceEquals(node, left.Now.Node) ? (null, NoVictims) : new DryRun(state.Clone(), pod, left).SelectVictims(node, budgets);

    /// <summary>Only what is strictly less important may be removed for a pod.</summary>
    public static bool IsRemovable(PodInfo other, PodInfo pod) => other.Priority < pod.Priority;

    private (Candidate? Candidate, Status Status) SelectVictims(NodeInfo node, DisruptionBudgets budgets)
    {
        if (IsToBeTold) RemovablesOf(node).ForEach(other => _state.Plugins.RemovePod(_state, _pod, other, _node.Now.Node));
        var status = Filter();
        if (!status.IsSuccess) return (null, status);

        var removed = RemovablesOf(node);
        removed.Sort(Importance.Descending);
        var (violating, others) = budgets.Split(removed);
        var victims = new List<PodInfo>(removed.Count);
        AddVictims(victims, violating);
        var violations = victims.Count;
        AddVictims(victims, others);
        if (victims.Count == 0) return (null, Status.Unschedulable($"expected at least one victim pod on node \"{node.Name}\""));
        if (violations > 0) victims.Sort(Importance.Descending);
        return (new Candidate(node.Name, victims, violations), status);
    }

    private List<PodInfo> RemovablesOf(NodeInfo node)
    {
        var removable = new List<PodInfo>(node.Pods.Length);
        foreach (var other in node.Pods)
        {
            if (IsRemovable(other, _pod)) removable.Add(other);
        }
        return removable;
    }

    private void AddVictims(List<PodInfo> victims, IReadOnlyList<PodInfo> removed)
    {
        for (var i = 0; i < removed.Count; i++)
        {
            if (CannotStay(removed[i])) victims.Add(removed[i]);
        }
    }

    // Puts the pod back, and takes it away again if there is no room for both.
    private bool CannotStay(PodInfo other)
    {
        var without = _node;
        _node = without.With(other);
        if (IsToBeTold) _state.Plugins.AddPod(_state, _pod, other, _node.Now.Node);
        if (Filter().IsSuccess) return false;
        _node = without;
        if (IsToBeTold) _state.Plugins.RemovePod(_state, _pod, other, _node.Now.Node);
        return true;
    }

    private Status Filter() => NodeFilters.Run(_state, _pod, _node).Status;
}
