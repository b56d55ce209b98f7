using System.Collections;
using System.Text.Json;

namespace MiniK8s.Hosting.Flags;

/// <summary>Where a value was given, for messages, and its text.</summary>
internal readonly record struct GivenValue(string Source, string Text);

/// <summary>All values given to a process, by normalized name: the command line wins over the environment, that over the JSON file.</summary>
internal sealed class FlagSources
{
    private readonly Dictionary<string, GivenValue> _values = new(StringComparer.Ordinal);

    /// <summary>What could not be understood at all, one sentence each.</summary>
    public List<string> Faults { get; } = [];

    /// <summary>The names that came from the command line or the file: each must belong to some options.</summary>
    public Dictionary<string, string> MustBeKnown { get; } = new(StringComparer.Ordinal);

    public bool IsHelpWanted { get; private set; }

    /// <summary>The file that <c>--config</c> names holds no settings; what it holds is the process's affair.</summary>
    public bool OwnsConfig { get; private init; }

    /// <summary>Reads them all; the file that <c>--config</c> names is left to the process where that owns it.</summary>
    public static FlagSources Read(IReadOnlyList<string> args, IDictionary environment, bool ownsConfig = false)
    {
        var sources = new FlagSources { OwnsConfig = ownsConfig };
        var fromCommandLine = sources.ReadArguments(args);
        var fromEnvironment = environment.Keys.Cast<string>()
            .Where(name => name.StartsWith(FlagName.EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(name => FlagName.Normalize(name[FlagName.EnvironmentPrefix.Length..]), name => new GivenValue(name, (string)environment[name]!));
        var file = fromCommandLine.TryGetValue("config", out var path) || fromEnvironment.TryGetValue("config", out path) ? path.Text : null;
        if (file is not null && !ownsConfig) sources.ReadFile(file);
        foreach (var (name, value) in fromEnvironment) sources._values[name] = value;
        foreach (var (name, value) in fromCommandLine) sources._values[name] = value;
        return sources;
    }

    public GivenValue? Find(string property) => _values.TryGetValue(FlagName.Normalize(property), out var value) ? value : null;

    // --name value, --name=value, or --name alone, which means true.
    private Dictionary<string, GivenValue> ReadArguments(IReadOnlyList<string> args)
    {
        var values = new Dictionary<string, GivenValue>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i++)
        {
            if (args[i] is "--help" or "-h")
            {
                IsHelpWanted = true;
                continue;
            }
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
            {
                Faults.Add($"{args[i]}: flags begin with --");
                continue;
            }
            var parts = args[i].Split('=', 2);
            var text = parts.Length == 2 ? parts[1] : i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal) ? args[++i] : "true";
            values[FlagName.Normalize(parts[0])] = new(parts[0], text);
            MustBeKnown[FlagName.Normalize(parts[0])] = parts[0];
        }
        return values;
    }

    private void ReadFile(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path), new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            foreach (var property in document.RootElement.EnumerateObject()) ReadProperty(path, property);
        }
        catch (Exception ex) when (ex is IOException or JsonException or InvalidOperationException or UnauthorizedAccessException)
        {
            Faults.Add($"--config {path}: {ex.Message}");
        }
    }

    private void ReadProperty(string path, JsonProperty property)
    {
        var source = $"{path}: {property.Name}";
        var text = property.Value.ValueKind switch
        {
            JsonValueKind.String => property.Value.GetString()!,
            JsonValueKind.Array => string.Join(',', property.Value.EnumerateArray().Select(item => item.ToString())),
            _ => property.Value.GetRawText(),
        };
        _values[FlagName.Normalize(property.Name)] = new(source, text);
        MustBeKnown[FlagName.Normalize(property.Name)] = source;
    }
}
