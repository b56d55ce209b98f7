using System.Text.Json;

using MiniK8s.Api.Errors;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Configuration;

/// <summary>Makes plans of a configuration's profiles.</summary>
internal sealed class ProfileReader(KubeSchedulerConfiguration written, string schedulerName, PluginRegistry registry, ICollection<string> faults)
{
    private static readonly FieldPath Path = FieldPath.Of("profiles");
    private static readonly JsonElement NoArguments = JsonElement.Parse("{}");

    public IReadOnlyList<ProfilePlan> Read()
    {
        IReadOnlyList<KubeSchedulerProfile> profiles = written.Profiles.Count == 0 ? [new()] : written.Profiles;
        if (profiles is [{ SchedulerName: null } only]) profiles = [only with { SchedulerName = schedulerName }];
        var plans = profiles.Select((profile, index) => Read(profile, Path.Index(index))).ToList();
        CheckTogether(plans);
        return plans;
    }

    private ProfilePlan Read(KubeSchedulerProfile profile, FieldPath path)
    {
        var errors = new FieldErrorList();
        if (string.IsNullOrEmpty(profile.SchedulerName)) errors.Add(FieldError.Required(path.Child("schedulerName")));
        ConfigurationChecks.Percentage(profile.PercentageOfNodesToScore, path.Child("percentageOfNodesToScore"), errors);
        foreach (var error in errors) faults.Add(error.ToString());
        foreach (var field in profile.Plugins.Keys.Where(field => field != PluginLineup.MultiPoint && ExtensionPoint.All.All(point => point.Field != field)))
            faults.Add($"strict decoding error: unknown field {GoText.Quote(path.Child("plugins").Child(field).ToString())}");

        var name = profile.SchedulerName ?? "";
        var points = new PluginLineup(registry, profile.Plugins, path.Child("plugins"), faults).Points;
        if (points[ExtensionPoint.QueueSort].Count != 1)
            faults.Add($"{path.Child("plugins")}: only one queue sort plugin required for profile with scheduler name {GoText.Quote(name)}, but got {points[ExtensionPoint.QueueSort].Count}");
        if (points[ExtensionPoint.Bind].Count == 0)
            faults.Add($"{path.Child("plugins")}: at least one bind plugin is needed for profile with scheduler name {GoText.Quote(name)}");
        return new ProfilePlan(name, profile.PercentageOfNodesToScore ?? written.PercentageOfNodesToScore, points, Arguments(profile.PluginConfig, points, path));
    }

    private void CheckTogether(IReadOnlyList<ProfilePlan> plans)
    {
        for (var i = 1; i < plans.Count; i++)
        {
            var same = plans.Take(i).ToList().FindIndex(plan => plan.SchedulerName == plans[i].SchedulerName);
            if (same >= 0) faults.Add(FieldError.Duplicate(Path.Index(i).Child("schedulerName"), new GoValue(Path.Index(same).Child("schedulerName").ToString())).ToString());
            if (!QueueSort(plans[i]).SequenceEqual(QueueSort(plans[0])))
                faults.Add(FieldError.Invalid(Path.Index(i).Child("plugins").Child("queueSort"), string.Join(' ', QueueSort(plans[i])), "must be the same for all profiles").ToString());
        }
    }

    private static IEnumerable<string> QueueSort(ProfilePlan plan) => plan.Points[ExtensionPoint.QueueSort].Select(entry => entry.Kind.Name);

    private Dictionary<string, object> Arguments(
        IReadOnlyList<PluginConfig> configs, IReadOnlyDictionary<ExtensionPoint, IReadOnlyList<(PluginKind Kind, int Weight)>> points, FieldPath path)
    {
        var arguments = points.Values.SelectMany(at => at).Select(entry => entry.Kind).Distinct().Where(kind => kind.ArgumentsType is not null)
            .ToDictionary(kind => kind.Name, kind => StrictJson.Read(NoArguments, kind.ArgumentsType!));
        HashSet<string> seen = [];
        for (var i = 0; i < configs.Count; i++)
        {
            var (config, at) = (configs[i], path.Child("pluginConfig").Index(i));
            if (!seen.Add(config.Name)) faults.Add(FieldError.Duplicate(at, config.Name).ToString());
            else if (registry.Find(config.Name) is not { } kind) faults.Add($"{at.Child("name")}: plugin {GoText.Quote(config.Name)} does not exist");
            else if (kind.ArgumentsType is null) faults.Add(FieldError.Forbidden(at.Child("args"), $"plugin {GoText.Quote(kind.Name)} takes no arguments").ToString());
            else if (ReadArguments(kind.Name, kind.ArgumentsType, config.Args ?? NoArguments, at) is { } given) arguments[kind.Name] = given;
        }
        return arguments;
    }

    private IPluginArguments? ReadArguments(string plugin, Type type, JsonElement args, FieldPath path)
    {
        var given = WithoutTypeMeta(args, out var kind);
        if (kind is not null && kind != $"{plugin}Args")
        {
            faults.Add($"decoding .{path}: args for plugin {plugin} were not of type {plugin}Args.kubescheduler.config.k8s.io, got {kind}.kubescheduler.config.k8s.io");
            return null;
        }
        List<string> unknown = [];
        List<string> mismatches = [];
        StrictJson.Check(given, type, unknown, mismatches);
        foreach (var mismatch in mismatches) faults.Add($"decoding .{path}: decoding args for plugin {plugin}: {mismatch}");
        foreach (var field in unknown) faults.Add($"strict decoding error: decoding .{path}: strict decoding error: decoding args for plugin {plugin}: strict decoding error: {field}");
        if (mismatches.Count > 0) return null;

        var arguments = (IPluginArguments)StrictJson.Read(given, type);
        var errors = new FieldErrorList();
        arguments.Check(path.Child("args"), errors);
        foreach (var error in errors) faults.Add(error.ToString());
        return arguments;
    }

    // Kind and apiVersion may stand in the arguments, and say what is known.
    private static JsonElement WithoutTypeMeta(JsonElement args, out string? kind)
    {
        kind = null;
        if (args.ValueKind != JsonValueKind.Object) return args;
        if (args.TryGetProperty("kind", out var written)) kind = written.ToString();
        return JsonSerializer.SerializeToElement(args.EnumerateObject().Where(field => field.Name is not ("kind" or "apiVersion")).ToDictionary(field => field.Name, field => field.Value));
    }
}
