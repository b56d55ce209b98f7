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
        if (state.Nominated is { IsEmpty: false } nominated && RunBeside(nominated.On(node.Name), state, pod, node) is { } rejection) return rejection;
        return RunOnce(state, pod, node);
    }

    private static (string Plugin, Status Status)? RunBeside(ImmutableArray<PodInfo> expected, CycleState state, PodInfo pod, NodeInfo node)
    {
        CycleState? beside = null;
        foreach (var other in expected)
        {
            if (other.Uid == pod.Uid || other.Priority < pod.Priority) continue;
            beside ??= state.Clone();
            node = node.With(other);
            beside.Plugins.AddPod(beside, pod, other, node);
        }
        if (beside is null) return null;
        var answer = RunOnce(beside, pod, node);
        return answer.Status.IsSuccess ? null : answer;
    }

    private static (string Plugin, Status Status) RunOnce(CycleState state, PodInfo pod, NodeInfo node)
    {
        if (state.Timer is { } timer) return RunOnceMeasured(timer, state, pod, node);
        var filters = state.Filters;
        for (var i = 0; i < filters.Count; i++)
        {
            var status = filters[i].Filter(state, pod, node);
            if (!status.IsSuccess) return (filters[i].Name, status);
        }
        return ("", Status.Success);
    }

    private static (string Plugin, Status Status) RunOnceMeasured(IPluginTimer timer, CycleState state, PodInfo pod, NodeInfo node)
    {
        foreach (var filter in state.Filters)
        {
            var began = timer.Begin();
            var status = filter.Filter(state, pod, node);
            timer.End(began, filter, ExtensionPoint.Filter, status.Code);
            if (!status.IsSuccess) return (filter.Name, status);
        }
        return ("", Status.Success);
    }
}
