namespace MiniK8s.Scheduler.Framework;

/// <summary>A profile: the plugins in the order in which they are asked.</summary>
internal sealed class PluginSet(IEnumerable<IPlugin> plugins)
{
    private readonly IReadOnlyList<IPlugin> _plugins = [.. plugins];

    public IReadOnlyList<IPreFilterPlugin> PreFilters => field ??= [.. _plugins.OfType<IPreFilterPlugin>()];

    public IReadOnlyList<IFilterPlugin> Filters => field ??= [.. _plugins.OfType<IFilterPlugin>()];

    public IReadOnlyList<IScorePlugin> Scores => field ??= [.. _plugins.OfType<IScorePlugin>()];

    public IReadOnlyList<IReservePlugin> Reserves => field ??= [.. _plugins.OfType<IReservePlugin>()];

    public IBindPlugin Binder => field ??= _plugins.OfType<IBindPlugin>().First();

    /// <summary>Whether one of the named plugins, which rejected the pod, takes the change for a reason to try again.</summary>
    public bool MayHelp(PodInfo pod, IReadOnlySet<string> rejectedBy, ClusterEvent change) =>
        _plugins.OfType<IQueueingHintPlugin>().Any(plugin => rejectedBy.Contains(plugin.Name) && plugin.MayHelp(pod, change));
}
