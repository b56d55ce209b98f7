using System.Text.Json.Nodes;

namespace MiniK8s.Api.Patches;

/// <summary>JSON as Go prints its maps and slices in messages: <c>map[a:1 b:[x y]]</c>.</summary>
internal static class GoJson
{
    public static string Print(JsonNode? node) => node switch
    {
        null => "<nil>",
        JsonObject map => $"map[{string.Join(' ', map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}:{Print(p.Value)}"))}]",
        JsonArray list => $"[{string.Join(' ', list.Select(Print))}]",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => JsonTree.ToText(node),
    };
}
