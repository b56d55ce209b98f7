using System.Collections.Immutable;

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
    private NodeInfo _node;

    private DryRun(CycleState state, PodInfo pod, NodeInfo node) => (_state, _pod, _node) = (state, pod, node);

    /// <summary>The node as a candidate, or why it is none.</summary>
    /// <param name="left">The same node without the pods of lower priority.</param>
    public static (Candidate? Candidate, Status Status) On(NodeInfo node, in NodeRows left, CycleState state, PodInfo pod, DisruptionBudgets budgets)
    {
        if (ReferenceEquals(node, left.Now.Node)) return (null, NoVictims);
        var run = new DryRun(state.Clone(), pod, left.Now.Node);
        if (state.PreFilters.Length > 0) run.TellRemoved(node.Pods);
        var status = NodeFilters.Run(run._state, pod, left).Status;
        return status.IsSuccess ? run.SelectVictims(node.Pods, budgets) : (null, status);
    }

    /// <summary>Only what is strictly less important may be removed for a pod.</summary>
    public static bool IsRemovable(PodInfo other, PodInfo pod) => other.Priority < pod.Priority;

    private (Candidate? Candidate, Status Status) SelectVictims(ImmutableArray<PodInfo> pods, DisruptionBudgets budgets)
    {
        var removed = new List<PodInfo>(pods.Length - _node.Pods.Length);
        foreach (var other in pods)
        {
            if (IsRemovable(other, _pod)) removed.Add(other);
        }
        removed.Sort(Importance.Descending);
        var (violating, others) = budgets.Split(removed);
        var victims = new List<PodInfo>(removed.Count);
        AddVictims(victims, violating);
        var violations = victims.Count;
        AddVictims(victims, others);
        if (victims.Count == 0) return (null, Status.Unschedulable($"expected at least one victim pod on node \"{_node.Name}\""));
        if (violations > 0) victims.Sort(Importance.Descending);
        return (new Candidate(_node.Name, victims, violations), Status.Success);
    }

    private void AddVictims(List<PodInfo> victims, IReadOnlyList<PodInfo> removed)
    {
        for (var i = 0; i < removed.Count; i++)
        {
            if (CannotStay(removed[i])) victims.Add(removed[i]);
        }
    }

    private void TellRemoved(ImmutableArray<PodInfo> pods)
    {
        foreach (var other in pods)
        {
            if (IsRemovable(other, _pod)) _state.Plugins.RemovePod(_state, _pod, other, _node);
        }
    }

    // Puts the pod back, and takes it away again if there is no room for both.
    private bool CannotStay(PodInfo other)
    {
        var without = _node;
        _node = _node.With(other);
        _state.Plugins.AddPod(_state, _pod, other, _node);
        if (NodeFilters.Run(_state, _pod, new NodeRows(_node)).Status.IsSuccess) return false;
        _node = without;
        _state.Plugins.RemovePod(_state, _pod, other, _node);
        return true;
    }
}
