using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Reading documents of the API in tests.</summary>
internal static class Json
{
    /// <summary>What stands at a path such as <c>spec/containers/0/image</c>; "" where there is nothing.</summary>
    public static string Text(this JsonNode? node, string path) => node.At(path)?.ToString() ?? "";

    /// <summary>The node at a path; null where there is none.</summary>
    public static JsonNode? At(this JsonNode? node, string path)
    {
        foreach (var part in path.Split('/'))
        {
            node = node switch
            {
                JsonObject map => map[part],
                JsonArray list when int.Parse(part) < list.Count => list[int.Parse(part)],
                _ => null,
            };
        }
        return node;
    }

    public static string Name(this JsonNode? node) => node.Text("metadata/name");

    public static string Version(this JsonNode? node) => node.Text("metadata/resourceVersion");

    public static string Label(this JsonNode? node, string key) => node.At("metadata/labels")?[key]?.ToString() ?? "";

    public static string Annotation(this JsonNode? node, string key) => node.At("metadata/annotations")?[key]?.ToString() ?? "";

    /// <summary>The names of a list's items, in its order.</summary>
    public static IEnumerable<string> Names(this JsonNode list) => list.Items().Select(item => item.Name());

    public static IEnumerable<JsonNode> Items(this JsonNode list) => list["items"]!.AsArray().Select(item => item!);

    /// <summary>The status of a condition; "" where it is not there.</summary>
    public static string Condition(this JsonNode? node, string type) =>
        (node.At("status/conditions") as JsonArray)?.FirstOrDefault(each => each.Text("type") == type).Text("status") ?? "";

    /// <summary>A copy with something changed.</summary>
    public static JsonNode With(this JsonNode node, Action<JsonNode> change)
    {
        var copy = node.DeepClone();
        change(copy);
        return copy;
    }
}
