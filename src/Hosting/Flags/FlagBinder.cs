using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Text;

namespace MiniK8s.Hosting.Flags;

/// <summary>Binds options classes to the values given, and keeps every fault for one report at start.</summary>
/// <remarks>
/// Each public settable property is a flag. Validation is the property's own attributes ([Range], [Required] ...) and the class's
/// IValidatableObject. A property whose value cannot be read keeps its default, and a
/// class whose values are refused is given with all its own defaults: what is built before the report never meets a wrong value.
/// </remarks>
internal sealed class FlagBinder(FlagSources sources)
{
    /// <summary>What binding finds by reflection: a program compiled ahead keeps it of the options classes.</summary>
    public const DynamicallyAccessedMemberTypes Members = DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor;

    private readonly List<string> _faults = [];
    private readonly SortedDictionary<string, string> _help = new(StringComparer.Ordinal);
    private readonly HashSet<string> _known = new(StringComparer.Ordinal) { "config" };

    public bool IsHelpWanted => sources.IsHelpWanted;

    /// <summary>Everything wrong with the settings given, in the order found; complete once every options class is bound.</summary>
    public IReadOnlyList<string> Faults =>
        [.. sources.Faults, .. sources.MustBeKnown.Where(given => !_known.Contains(given.Key)).Select(given => $"{given.Value}: there is no such setting"), .. _faults];

    /// <summary>The options with the values given.</summary>
    /// <param name="standard">What holds where nothing is given; null: the class's own defaults.</param>
    public T Bind<[DynamicallyAccessedMembers(Members)] T>(Func<T>? standard = null)
        where T : class, new()
    {
        var options = standard is null ? new T() : standard();
        var unread = new List<string>();
        foreach (var property in typeof(T).GetProperties().Where(property => property.SetMethod is { IsPublic: true }))
        {
            if (!TryBind(options, property)) unread.Add(property.Name);
        }
        var refused = Validate(options);
        // What could not be read would be at fault a second time, for its default.
        _faults.AddRange(refused.Where(result => !result.MemberNames.Intersect(unread).Any()).Select(result => Fault(result, typeof(T).Name)));
        return refused.Count == 0 ? options : new T();
    }

    /// <summary>One line per flag: its name, default and [Description].</summary>
    public string Help(string process)
    {
        var file = sources.OwnsConfig ? "" : ", or a property of the JSON file named by --config";
        var text = new StringBuilder($"{process}: every setting is a flag or a MINIK8S_… variable{file}.\n");
        foreach (var line in _help.Values) text.Append(line).Append('\n');
        return text.ToString();
    }

    // False, and a fault, when what is given cannot be read.
    private bool TryBind(object options, PropertyInfo property)
    {
        _known.Add(FlagName.Normalize(property.Name));
        _help[property.Name] = HelpLine(property, property.GetValue(options));
        if (sources.Find(property.Name) is not { } given) return true;
        try
        {
            property.SetValue(options, FlagValue.Parse(property.PropertyType, given.Text));
            return true;
        }
        catch (FormatException ex)
        {
            _faults.Add($"{given.Source}: '{given.Text}' {ex.Message}");
            return false;
        }
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "The options' properties, with their attributes, are kept: Members.")]
    private static List<ValidationResult> Validate(object options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        return results;
    }

    private string Fault(ValidationResult result, string options)
    {
        var names = result.MemberNames.Select(name => sources.Find(name)?.Source ?? "--" + FlagName.Of(name));
        return $"{string.Join(", ", names.DefaultIfEmpty(options))}: {result.ErrorMessage}";
    }

    private static string HelpLine(PropertyInfo property, object? value)
    {
        var standard = value is IEnumerable<string> list ? string.Join(',', list) : value?.ToString();
        var about = property.GetCustomAttribute<DescriptionAttribute>()?.Description;
        return $"  --{FlagName.Of(property.Name),-28} {about}{(string.IsNullOrEmpty(standard) ? "" : $" (default {standard})")}";
    }
}
