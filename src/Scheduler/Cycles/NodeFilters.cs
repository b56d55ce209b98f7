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
        if (state.Nominated is { IsEmpty: false } nominated && Expected(nominated.On(node.Name), pod) is { IsEmpty: false } others)
        {
            var beside = RunBeside(others, state, pod, node);
            if (!beside.Status.IsSuccess) return beside;
        }
        return RunOnce(state, pod, node);
    }

    // Those for which the pod has to leave room: mostly all that are expected on the node.
    private static ImmutableArray<PodInfo> Expected(ImmutableArray<PodInfo> nominated, PodInfo pod)
    {
        foreach (var other in nominated)
        {
            if (!IsLeftRoom(other, pod)) return nominated.RemoveAll(one => !IsLeftRoom(one, pod));
        }
        return nominated;
    }

    private static bool IsLeftRoom(PodInfo other, PodInfo pod) => other.Priority >= pod.Priority && other.Uid != pod.Uid;

    private static (string Plugin, Status Status) RunBeside(ImmutableArray<PodInfo> others, CycleState state, PodInfo pod, NodeInfo node)
    {
        var (beside, together) = (state.Clone(), node.With(others));
        foreach (var other in others) beside.Plugins.AddPod(beside, pod, other, together);
        return RunOnce(beside, pod, together);
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
