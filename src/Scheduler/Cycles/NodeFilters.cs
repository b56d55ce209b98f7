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
    public static (string Plugin, Status Status) Run(CycleState state, PodInfo pod, in NodeRows node)
    {
        if (node.IsExpecting)
        {
            var beside = RunBeside(state, pod, node);
            if (!beside.Status.IsSuccess) return beside;
        }
        return RunOnce(state, pod, node.Now);
    }

    private static (string Plugin, Status Status) RunBeside(CycleState state, PodInfo pod, in NodeRows node)
    {
        // Mostly all who are expected are to be left room, and it is known what is left then.
        if (node.LowestExpected >= pod.Priority && (state.NominatedNode.Length == 0 || state.NominatedNode != node.Now.Node.Name))
            return state.PreFilters.Length == 0 ? RunOnce(state, pod, node.Then) : RunBeside(node.Now.Node.Expected, state, pod, node.Then);

        var others = node.Now.Node.Expected.RemoveAll(other => other.Priority < pod.Priority || other.Uid == pod.Uid);
        return others.IsEmpty ? ("", Status.Success) : RunBeside(others, state, pod, new NodeRow(node.Now.Node.With(others)));
    }

    private static (string Plugin, Status Status) RunBeside(ImmutableArray<PodInfo> others, CycleState state, PodInfo pod, in NodeRow together)
    {
        var beside = state.Clone();
        foreach (var other in others) beside.Plugins.AddPod(beside, pod, other, together.Node);
        return RunOnce(beside, pod, together);
    }

    private static (string Plugin, Status Status) RunOnce(CycleState state, PodInfo pod, in NodeRow node)
    {
        if (state.Timer is { } timer) return RunOnceMeasured(timer, state, pod, node);
        var filters = state.Filters;
        for (var i = 0; i < filters.Length; i++)
        {
            var status = filters[i].Filter(state, pod, node);
            if (!status.IsSuccess) return (filters[i].Name, status);
        }
        return ("", Status.Success);
    }

    // Apart, since the passes over thousands of nodes that nobody measures are the rule.
    private static (string Plugin, Status Status) RunOnceMeasured(IPluginTimer timer, CycleState state, PodInfo pod, in NodeRow node)
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
