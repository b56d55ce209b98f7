namespace MiniK8s.Scheduler.Framework;

/// <summary>A plugin of a profile.</summary>
/// <param name="Weight">The factor of its scores in the sum, where it scores.</param>
internal sealed record PluginEntry(IPlugin Plugin, int Weight = 1);

/// <summary>A profile's plugins, at each extension point in the order in which they are asked.</summary>
internal sealed class PluginSet(IEnumerable<PluginEntry> entries)
{
    public static readonly PluginSet None = new([]);

    private readonly IReadOnlyList<PluginEntry> _entries = [.. entries];

    public IReadOnlyList<IPreEnqueuePlugin> PreEnqueues => field ??= At<IPreEnqueuePlugin>();

    public IReadOnlyList<IPreFilterPlugin> PreFilters => field ??= At<IPreFilterPlugin>();

    public IReadOnlyList<IFilterPlugin> Filters => field ??= At<IFilterPlugin>();

    public IReadOnlyList<IPostFilterPlugin> PostFilters => field ??= At<IPostFilterPlugin>();

    public IReadOnlyList<IPreScorePlugin> PreScores => field ??= At<IPreScorePlugin>();

    public IReadOnlyList<(IScorePlugin Plugin, int Weight)> Scores =>
        field ??= [.. _entries.Where(entry => entry.Plugin is IScorePlugin).Select(entry => ((IScorePlugin)entry.Plugin, entry.Weight))];

    public IReadOnlyList<IReservePlugin> Reserves => field ??= At<IReservePlugin>();

    public IReadOnlyList<IPermitPlugin> Permits => field ??= At<IPermitPlugin>();

    public IReadOnlyList<IPreBindPlugin> PreBinds => field ??= At<IPreBindPlugin>();

    public IBindPlugin Binder => field ??= At<IBindPlugin>()[0];

    public IReadOnlyList<IPostBindPlugin> PostBinds => field ??= At<IPostBindPlugin>();

    private IReadOnlyList<IQueueingHintPlugin> Hints => field ??= At<IQueueingHintPlugin>();

    /// <summary>The plugin that does not let the pod be tried yet; null when it may be.</summary>
    public string? HeldBackBy(PodInfo pod) => PreEnqueues.FirstOrDefault(plugin => !plugin.PreEnqueue(pod).IsSuccess)?.Name;

    /// <summary>Whether one of the named plugins, which rejected the pod, takes the change for a reason to try again.</summary>
    public bool MayHelp(PodInfo pod, IReadOnlySet<string> rejectedBy, ClusterEvent change) =>
        Hints.Any(plugin => rejectedBy.Contains(plugin.Name) && plugin.MayHelp(pod, change));

    /// <summary>Brings what the pre-filters kept to what it would be with one more pod on that node.</summary>
    public void AddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node)
    {
        foreach (var plugin in PreFilters)
        {
            if (!state.IsSkipped(plugin)) plugin.AddPod(state, pod, added, node);
        }
    }

    /// <summary>Brings what the pre-filters kept to what it would be without that pod of the node.</summary>
    public void RemovePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node)
    {
        foreach (var plugin in PreFilters)
        {
            if (!state.IsSkipped(plugin)) plugin.RemovePod(state, pod, removed, node);
        }
    }

    private IReadOnlyList<T> At<T>()
        where T : IPlugin => [.. _entries.Select(entry => entry.Plugin).OfType<T>()];
}
