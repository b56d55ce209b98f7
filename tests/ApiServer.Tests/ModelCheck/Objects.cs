using System.Text.Json.Nodes;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>Objects as documents.</summary>
internal static class Objects
{
    /// <summary>The same in everything but kind and apiVersion, which the items of a list may lack.</summary>
    public static IEqualityComparer<JsonObject> Equality { get; } =
        EqualityComparer<JsonObject>.Create((a, b) => a is not null && b is not null && AreEqual(a, b), _ => 0);

    /// <inheritdoc cref="Equality"/>
    public static bool AreEqual(JsonObject a, JsonObject b) => Fields(a).Count() == Fields(b).Count() && Fields(a).All(field => JsonNode.DeepEquals(field.Value, b[field.Key]));

    /// <summary>A copy that has changed.</summary>
    public static JsonObject With(this JsonObject obj, Action<JsonObject> change)
    {
        var copy = obj.DeepClone().AsObject();
        change(copy);
        return copy;
    }

    /// <summary>A copy of another version.</summary>
    public static JsonObject At(this JsonObject obj, long revision) => obj.With(copy => copy["metadata"]!["resourceVersion"] = $"{revision}");

    public static long VersionOf(JsonObject obj) => long.Parse((string)obj["metadata"]!["resourceVersion"]!);

    public static string KeyOf(JsonObject obj) => $"{obj["metadata"]!["namespace"]}/{obj["metadata"]!["name"]}";

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Fields(JsonObject obj) => obj.Where(field => field.Key is not ("kind" or "apiVersion"));
}
