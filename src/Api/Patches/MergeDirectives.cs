using System.Text.Json.Nodes;

namespace MiniK8s.Api.Patches;

/// <summary>The words of a strategic merge patch that are orders, not content.</summary>
internal static class MergeDirectives
{
    public const string Patch = "$patch";
    public const string RetainKeys = "$retainKeys";
    public const string SetElementOrder = "$setElementOrder/";
    public const string DeleteFromPrimitiveList = "$deleteFromPrimitiveList/";

    public static bool IsDirective(string key) =>
        key is Patch or RetainKeys || key.StartsWith(SetElementOrder, StringComparison.Ordinal)
        || key.StartsWith(DeleteFromPrimitiveList, StringComparison.Ordinal);

    /// <summary>A copy of new content without nulls and directives; false when the content is itself a deletion.</summary>
    public static bool TryClean(JsonNode? content, out JsonNode? clean)
    {
        clean = content switch
        {
            JsonObject map => Clean(map),
            JsonArray list => Clean(list),
            _ => content?.DeepClone(),
        };
        return content is not JsonObject || clean is not null;
    }

    private static JsonObject? Clean(JsonObject map)
    {
        if (IsText(map[Patch], "delete")) return null;
        var clean = new JsonObject();
        foreach (var (key, value) in map)
            if (value is not null && !IsDirective(key) && TryClean(value, out var inner)) clean[key] = inner;
        return clean;
    }

    private static JsonArray Clean(JsonArray list)
    {
        var clean = new JsonArray();
        foreach (var item in list)
            if (!IsOnlyDirective(item) && TryClean(item, out var inner)) clean.Add(inner);
        return clean;
    }

    private static bool IsOnlyDirective(JsonNode? item) => item is JsonObject { Count: 1 } map && map.ContainsKey(Patch);

    public static bool IsText(JsonNode? node, string text) => node is JsonValue value && value.TryGetValue<string>(out var actual) && actual == text;
}
