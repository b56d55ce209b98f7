using System.Text.Json;

namespace MiniK8s.Lab.Commands.Store;

/// <summary>One field that differs between two versions of an object.</summary>
/// <param name="Path">Such as <c>status.conditions[Ready].status</c>.</param>
/// <param name="Before">Null: the field is new.</param>
/// <param name="After">Null: the field is gone.</param>
internal sealed record FieldChange(string Path, JsonElement? Before, JsonElement? After)
{
    private const int LongestValue = 40;
    private const string DeletionTimestamp = "metadata.deletionTimestamp";

    // What tells the elements of a list apart, in Kubernetes' own lists; an element may be moved without having changed.
    private static readonly string[] ElementNames = ["name", "type", "uid", "ip"];

    /// <summary>All differences, in the order of the newer version's fields, those that are gone last.</summary>
    /// <remarks>Lists are compared element by element where each has a name or type of its own, otherwise as a whole.</remarks>
    public static IEnumerable<FieldChange> Between(JsonElement before, JsonElement after, string path = "") => (before.ValueKind, after.ValueKind) switch
    {
        (JsonValueKind.Object, JsonValueKind.Object) => BetweenParts(Fields(before, path), Fields(after, path)),
        (JsonValueKind.Array, JsonValueKind.Array) when NameOfElements(before, after) is { } name =>
            BetweenParts(Elements(before, path, name), Elements(after, path, name)),
        _ => JsonElement.DeepEquals(before, after) ? [] : [new(path, before, after)],
    };

    /// <summary>The newest time in the new value, which tells when it was written; a deletion's is yet to come and does not count.</summary>
    public DateTimeOffset? WrittenAt => Path == DeletionTimestamp || After is not { } value ? null : Times(value).Max();

    /// <summary>For example <c>status.phase: Pending -> Running</c>, <c>spec.nodeName = node-1</c>, <c>+status.conditions[Ready]</c>, <c>-spec.x</c>.</summary>
    public override string ToString() => (Show(Before), Show(After)) switch
    {
        (_, { } after) when Before is null => $"{Path} = {after}",
        ({ } before, { } after) => $"{Path}: {before} -> {after}",
        _ when Before is null => $"+{Path}",
        _ when After is null => $"-{Path}",
        _ => $"{Path} changed",
    };

    private static IEnumerable<FieldChange> BetweenParts(IReadOnlyDictionary<string, JsonElement> before, IReadOnlyDictionary<string, JsonElement> after) =>
    [
        .. after.SelectMany(part => before.TryGetValue(part.Key, out var old) ? Between(old, part.Value, part.Key) : [new(part.Key, null, part.Value)]),
        .. before.Where(part => !after.ContainsKey(part.Key)).Select(part => new FieldChange(part.Key, part.Value, null)),
    ];

    private static Dictionary<string, JsonElement> Fields(JsonElement value, string path) =>
        value.EnumerateObject().GroupBy(field => path.Length == 0 ? field.Name : $"{path}.{field.Name}").ToDictionary(same => same.Key, same => same.Last().Value);

    private static Dictionary<string, JsonElement> Elements(JsonElement list, string path, string name) =>
        list.EnumerateArray().ToDictionary(element => $"{path}[{element.GetProperty(name).GetString()}]");

    private static string? NameOfElements(JsonElement before, JsonElement after) =>
        ElementNames.FirstOrDefault(name => IsUnique(before, name) && IsUnique(after, name));

    private static bool IsUnique(JsonElement list, string name)
    {
        var seen = new HashSet<string>();
        return list.EnumerateArray().All(element =>
            element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && seen.Add(value.GetString()!));
    }

    // Null: too much for a few words.
    private static string? Show(JsonElement? value)
    {
        if (value is null or { ValueKind: JsonValueKind.Object or JsonValueKind.Array }) return null;
        var text = string.Concat(value.Value.ToString().Select(c => char.IsControl(c) ? ' ' : c));
        return text.Length <= LongestValue ? text : $"{text[..LongestValue]}...";
    }

    private static IEnumerable<DateTimeOffset?> Times(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Where(field => field.Name != "deletionTimestamp").SelectMany(field => Times(field.Value)),
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Times),
        JsonValueKind.String when value.GetString()!.EndsWith('Z') && value.TryGetDateTimeOffset(out var time) => [time],
        _ => [],
    };
}
