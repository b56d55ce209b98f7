using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Asks the filters about a node, in order, until one rejects it.</summary>
internal sealed class NodeFilters(PluginSet plugins)
{
    /// <summary>Success, or the first rejection and whose it is.</summary>
    public (string Plugin, Status Status) Run(CycleState state, PodInfo pod, NodeInfo node)
    {
        foreach (var filter in plugins.Filters)
        {
            if (state.IsSkipped(filter)) continue;
            var status = filter.Filter(state, pod, node);
            if (!status.IsSuccess) return (filter.Name, status);
        }
        return ("", Status.Success);
    }
}
