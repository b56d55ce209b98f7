namespace MiniK8s.Scheduler.Framework;

/// <summary>A plugin of a profile.</summary>
/// <param name="Weight">The factor of its scores in the sum, where it scores.</param>
internal sealed record PluginEntry(IPlugin Plugin, int Weight = 1);

/// <summary>A profile's plugins, at each extension point in the order in which they are asked.</summary>
internal sealed class PluginSet
{
    public static readonly PluginSet None = new((IEnumerable<PluginEntry>)[]);

    private readonly Dictionary<ExtensionPoint, IReadOnlyList<PluginEntry>> _entries;

    /// <summary>Each plugin at every point that it can stand at, in the order given.</summary>
    public PluginSet(IEnumerable<PluginEntry> everywhere)
        : this(Everywhere([.. everywhere]))
    {
    }

    /// <summary>Each point's own plugins in their own order; none where there is no entry.</summary>
    public PluginSet(IEnumerable<KeyValuePair<ExtensionPoint, IReadOnlyList<PluginEntry>>> entries) => _entries = new(entries);

    public IReadOnlyList<IPreEnqueuePlugin> PreEnqueues => field ??= At<IPreEnqueuePlugin>(ExtensionPoint.PreEnqueue);

    /// <summary>Who says in which order pods are tried; null leaves them in the order in which they come.</summary>
    public IQueueSortPlugin? QueueSort => At<IQueueSortPlugin>(ExtensionPoint.QueueSort).FirstOrDefault();

    public IReadOnlyList<IPreFilterPlugin> PreFilters => field ??= At<IPreFilterPlugin>(ExtensionPoint.PreFilter);

    public IReadOnlyList<IFilterPlugin> Filters => field ??= At<IFilterPlugin>(ExtensionPoint.Filter);

    public IReadOnlyList<IPostFilterPlugin> PostFilters => field ??= At<IPostFilterPlugin>(ExtensionPoint.PostFilter);

    public IReadOnlyList<IPreScorePlugin> PreScores => field ??= At<IPreScorePlugin>(ExtensionPoint.PreScore);

    public IReadOnlyList<(IScorePlugin Plugin, int Weight)> Scores =>
        field ??= [.. EntriesAt(ExtensionPoint.Score).Select(entry => ((IScorePlugin)entry.Plugin, entry.Weight))];

    public IReadOnlyList<IReservePlugin> Reserves => field ??= At<IReservePlugin>(ExtensionPoint.Reserve);

    public IReadOnlyList<IPermitPlugin> Permits => field ??= At<IPermitPlugin>(ExtensionPoint.Permit);

    public IReadOnlyList<IPreBindPlugin> PreBinds => field ??= At<IPreBindPlugin>(ExtensionPoint.PreBind);

    public IBindPlugin Binder => field ??= At<IBindPlugin>(ExtensionPoint.Bind)[0];

    public IReadOnlyList<IPostBindPlugin> PostBinds => field ??= At<IPostBindPlugin>(ExtensionPoint.PostBind);

    // Of those that can reject a pod; by name, because that is how the queue remembers them.
    private Dictionary<string, IQueueingHintPlugin?> Hints => field ??= _entries.Values.SelectMany(at => at)
        .Select(entry => entry.Plugin).Distinct().ToDictionary(plugin => plugin.Name, plugin => plugin as IQueueingHintPlugin);

    /// <summary>The plugin that does not let the pod be tried yet; null when it may be.</summary>
    public string? HeldBackBy(PodInfo pod) => PreEnqueues.FirstOrDefault(plugin => !plugin.PreEnqueue(pod).IsSuccess)?.Name;

    /// <summary>Whether one of the named plugins, which rejected the pod, takes the change for a reason to try again; one that has no opinion takes every change.</summary>
    public bool MayHelp(PodInfo pod, IReadOnlySet<string> rejectedBy, ClusterEvent change)
    {
        foreach (var name in rejectedBy)
        {
            if (Hints.TryGetValue(name, out var plugin) && (plugin is null || plugin.MayHelp(pod, change))) return true;
        }
        return false;
    }

    /// <summary>Brings what the pre-filters kept to what it would be with one more pod on that node.</summary>
    public void AddPod(CycleState state, PodInfo pod, PodInfo added, NodeInfo node)
    {
        foreach (var plugin in state.PreFilters) plugin.AddPod(state, pod, added, node);
    }

    /// <summary>Brings what the pre-filters kept to what it would be without that pod of the node.</summary>
    public void RemovePod(CycleState state, PodInfo pod, PodInfo removed, NodeInfo node)
    {
        foreach (var plugin in state.PreFilters) plugin.RemovePod(state, pod, removed, node);
    }

    /// <summary>These, and behind them one more at every point where it can stand; it takes the place of one of its name.</summary>
    public PluginSet With(IPlugin plugin) => new(ExtensionPoint.All.Select(point => KeyValuePair.Create<ExtensionPoint, IReadOnlyList<PluginEntry>>(
        point,
        [
            .. EntriesAt(point).Where(entry => entry.Plugin.Name != plugin.Name),
            .. point.Type.IsInstanceOfType(plugin) ? [new PluginEntry(plugin)] : Array.Empty<PluginEntry>(),
        ])));

    private static Dictionary<ExtensionPoint, IReadOnlyList<PluginEntry>> Everywhere(IReadOnlyList<PluginEntry> entries) =>
        ExtensionPoint.All.ToDictionary(point => point, IReadOnlyList<PluginEntry> (point) => [.. entries.Where(entry => point.Type.IsInstanceOfType(entry.Plugin))]);

    private IReadOnlyList<PluginEntry> EntriesAt(ExtensionPoint point) => _entries.GetValueOrDefault(point) ?? [];

    private IReadOnlyList<T> At<T>(ExtensionPoint point)
        where T : IPlugin => [.. EntriesAt(point).Select(entry => (T)entry.Plugin)];
}
