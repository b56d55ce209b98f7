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
        if (state.Nominated is { IsEmpty: false } nominated)
        {
            var expected = nominated.On(node.Name).RemoveAll(other => other.Uid == pod.Uid || other.Priority < pod.Priority);
            if (!expected.IsEmpty)
            {
                var rejection = RunBeside(expected, state.Clone(), pod, node);
                if (!rejection.Status.IsSuccess) return rejection;
            }
        }
        return RunOnce(state, pod, node);
    }

    private static (string Plugin, Status Status) RunBeside(IEnumerable<PodInfo> expected, CycleState state, PodInfo pod, NodeInfo node)
    {
        foreach (var other in expected)
        {
            node = node.With(other);
            state.Plugins.AddPod(state, pod, other, node);
        }
        return RunOnce(state, pod, node);
    }

    private static (string Plugin, Status Status) RunOnce(CycleState state, PodInfo pod, NodeInfo node)
    {
        var filters = state.Filters;
        for (var i = 0; i < filters.Count; i++)
        {
            var status = filters[i].Filter(state, pod, node);
            if (!status.IsSuccess) return (filters[i].Name, status);
        }
        return ("", Status.Success);
    }
}
