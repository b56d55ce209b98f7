using System.Collections.Immutable;

using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Asks the filters about a node, in order, until one rejects it.</summary>
/// <remarks>
/// Where room is being made on the node for pods at least as important, the pod has to fit beside them as well, and then without them too: a
/// rule of affinity must not count on pods that may never come. Source: RunFilterPluginsWithNominatedPods, pkg/scheduler/framework/runtime.
/// </remarks>
internal static class NodeFilters
{
    /// <summary>Success, or the first rejection and whose it is.</summary>
    public static (string Plugin, Status Status) Run(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (!node.Expected.IsEmpty && RunBeside(state, pod, node) is { } rejection) return rejection;
        return RunOnce(state, pod, node);
    }

    private static (string Plugin, Status Status)? RunBeside(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (node.LowestExpected >= pod.Priority && (state.NominatedNode.Length == 0 || state.NominatedNode != node.Name))
            return RunBeside(node.Expected, state, pod, node.WithExpected);
        var others = node.Expected.RemoveAll(other => other.Priority < pod.Priority || other.Uid == pod.Uid);
        return others.IsEmpty ? null : RunBeside(others, state, pod, node.With(others));
    }

    private static (string Plugin, Status Status)? RunBeside(ImmutableArray<PodInfo> others, CycleState state, PodInfo pod, NodeInfo together)
    {
        var beside = state.Clone();
        foreach (var other in others) beside.Plugins.AddPod(beside, pod, other, together);
        var answer = RunOnce(beside, pod, together);
        return answer.Status.IsSuccess ? null : answer;
    }

    private static (string Plugin, Status Status) RunOnce(CycleState state, PodInfo pod, NodeInfo node)
    {
        var filters = state.Filters;
        for (var i = 0; i < filters.Length; i++)
        {
            var status = filters[i].Filter(state, pod, node);
            if (!status.IsSuccess) return (filters[i].Name, status);
        }
        return ("", Status.Success);
    }
}
