using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>Which plugins stand at which extension point of a profile, and in which order: what the file says, laid over the defaults.</summary>
/// <remarks>
/// The order at a point is this, and a plugin is only in the first of them that has it:
/// 1. those of <c>multiPoint</c> that the point names itself, in the point's order;
/// 2. those of <c>multiPoint</c>, unless the point disables them: the defaults less what <c>multiPoint</c> disables, then its own;
/// 3. the others that the point names.
/// Where the point disables <c>*</c>, it has what it names and nothing else. A weight at <c>score</c> counts before one at <c>multiPoint</c>.
/// Source: mergePlugins in pkg/scheduler/apis/config/v1/default_plugins.go, expandMultiPointPlugins in pkg/scheduler/framework/runtime/framework.go.
/// </remarks>
internal sealed class PluginLineup
{
    /// <summary>The field for all points at once.</summary>
    public const string MultiPoint = "multiPoint";

    private const string All = "*";
    private readonly PluginRegistry _registry;
    private readonly IReadOnlyDictionary<string, PluginChoice> _choices;
    private readonly FieldPath _path;
    private readonly ICollection<string> _faults;
    private readonly IReadOnlyList<PluginReference> _everywhere;

    /// <summary>Works it out, and notes what cannot be, in Kubernetes' words behind the path of the field.</summary>
    public PluginLineup(PluginRegistry registry, IReadOnlyDictionary<string, PluginChoice> choices, FieldPath path, ICollection<string> faults)
    {
        (_registry, _choices, _path, _faults) = (registry, choices, path, faults);
        CheckNames();
        _everywhere = Merge(registry.DefaultPlugins, Choice(MultiPoint));
        Points = ExtensionPoint.All.ToDictionary(point => point, At);
    }

    /// <summary>The plugins by point; with weights at <see cref="ExtensionPoint.Score"/>.</summary>
    public IReadOnlyDictionary<ExtensionPoint, IReadOnlyList<(PluginKind Kind, int Weight)>> Points { get; }

    private static IReadOnlyList<PluginReference> Merge(IReadOnlyList<PluginReference> defaults, PluginChoice choice)
    {
        var disabled = choice.Disabled.Select(plugin => plugin.Name).ToHashSet();
        var kept = disabled.Contains(All) ? [] : defaults.Where(plugin => !disabled.Contains(plugin.Name)).ToList();
        // A default that is named again keeps its place and takes the new weight; of several the last counts, and the others are doubles.
        var replaced = choice.Enabled.Where(plugin => kept.Exists(other => other.Name == plugin.Name)).GroupBy(plugin => plugin.Name).ToDictionary(same => same.Key, same => same.Last());
        return [.. kept.Select(plugin => replaced.GetValueOrDefault(plugin.Name, plugin)), .. choice.Enabled.Where(plugin => !replaced.Values.Contains(plugin, ReferenceEqualityComparer.Instance))];
    }

    private PluginChoice Choice(string field) => _choices.GetValueOrDefault(field) ?? new PluginChoice();

    private void CheckNames()
    {
        foreach (var (field, choice) in _choices)
        {
            if (field != MultiPoint && ExtensionPoint.All.All(point => point.Field != field)) continue;
            CheckNames(choice.Enabled, _path.Child(field).Child("enabled"), PluginType(field));
            CheckNames([.. choice.Disabled.Where(plugin => plugin.Name != All)], _path.Child(field).Child("disabled"), PluginType(field));
        }
    }

    private void CheckNames(IReadOnlyList<PluginReference> plugins, FieldPath path, string type)
    {
        for (var i = 0; i < plugins.Count; i++)
        {
            if (_registry.Find(plugins[i].Name) is null) Fault(path.Index(i), $"{type} {GoText.Quote(plugins[i].Name)} does not exist");
        }
    }

    // The first point that Kubernetes asks is the one that complains of what multiPoint names.
    private static string PluginType(string field) => (ExtensionPoint.All.FirstOrDefault(point => point.Field == field) ?? ExtensionPoint.PreFilter).PluginType;

    private IReadOnlyList<(PluginKind, int)> At(ExtensionPoint point)
    {
        var choice = Choice(point.Field);
        var own = Own(point, choice.Enabled);
        if (choice.Disabled.Any(plugin => plugin.Name == All)) return Weighted(point, own);

        var disabled = choice.Disabled.Select(plugin => plugin.Name).ToHashSet();
        var everywhere = Everywhere(point).Where(plugin => !disabled.Contains(plugin.Name)).ToList();
        var first = own.Where(plugin => everywhere.Exists(other => other.Name == plugin.Name)).ToList();
        var second = everywhere.Where(plugin => !first.Exists(other => other.Name == plugin.Name)).ToList();
        CheckDoubles(second, point, _path.Child(MultiPoint).Child("enabled"));
        return Weighted(point, [.. first, .. second, .. own.Except(first)]);
    }

    private List<PluginReference> Own(ExtensionPoint point, IReadOnlyList<PluginReference> enabled)
    {
        var path = _path.Child(point.Field).Child("enabled");
        CheckDoubles(enabled, point, path);
        for (var i = 0; i < enabled.Count; i++)
        {
            if (_registry.Find(enabled[i].Name) is { } kind && !kind.Extends(point))
                Fault(path.Index(i), $"plugin {GoText.Quote(kind.Name)} does not extend {point.PluginType} plugin");
        }
        return [.. enabled.Where(plugin => _registry.Find(plugin.Name) is { } kind && kind.Extends(point))];
    }

    private IEnumerable<PluginReference> Everywhere(ExtensionPoint point) => _everywhere.Where(plugin => _registry.Find(plugin.Name) is { } kind && kind.Extends(point));

    private void CheckDoubles(IReadOnlyList<PluginReference> plugins, ExtensionPoint point, FieldPath path)
    {
        foreach (var doubled in plugins.GroupBy(plugin => plugin.Name).Where(same => same.Count() > 1))
            Fault(path, $"plugin {GoText.Quote(doubled.Key)} already registered as {GoText.Quote(point.PluginType)}");
    }

    private IReadOnlyList<(PluginKind, int)> Weighted(ExtensionPoint point, IEnumerable<PluginReference> plugins) =>
        [.. plugins.DistinctBy(plugin => plugin.Name).Select(plugin => (_registry.Find(plugin.Name)!, point == ExtensionPoint.Score ? Weight(plugin.Name) : 1))];

    private int Weight(string name)
    {
        var weight = Choice(ExtensionPoint.Score.Field).Enabled.Concat(_everywhere).First(plugin => plugin.Name == name).Weight ?? 1;
        if (weight < 1) _faults.Add($"{_path.Child(ExtensionPoint.Score.Field)}: score plugin {GoText.Quote(name)} is not configured with weight");
        return weight;
    }

    private void Fault(FieldPath path, string text) => _faults.Add($"{path}: {text}");
}
