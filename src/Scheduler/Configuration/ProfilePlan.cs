using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>A profile as it was configured, checked and complete; its plugins are still to be made.</summary>
/// <param name="PercentageOfNodesToScore">See <see cref="Profile"/>.</param>
/// <param name="Points">The plugins by extension point, in order, with their weights.</param>
/// <param name="Arguments">By plugin, of those that take some.</param>
internal sealed record ProfilePlan(
    string SchedulerName, int PercentageOfNodesToScore,
    IReadOnlyDictionary<ExtensionPoint, IReadOnlyList<(PluginKind Kind, int Weight)>> Points, IReadOnlyDictionary<string, object> Arguments)
{
    /// <summary>The profile with plugins of its own: each is made once, at however many points it stands.</summary>
    public Profile Make(PluginContext context)
    {
        var plugins = Points.Values.SelectMany(at => at).Select(entry => entry.Kind).Distinct()
            .ToDictionary(kind => kind.Name, kind => kind.Make(Arguments.GetValueOrDefault(kind.Name), context));
        var entries = Points.Select(point => KeyValuePair.Create(
            point.Key, (IReadOnlyList<PluginEntry>)[.. point.Value.Select(entry => new PluginEntry(plugins[entry.Kind.Name], entry.Weight))]));
        return new Profile(SchedulerName, new PluginSet(entries), PercentageOfNodesToScore);
    }
}
