using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace MiniK8s.Kubelet.Tests.Simulation.Fuzzing;

/// <summary>Catalogues as nobody would write them, made of good ones.</summary>
internal static class CatalogueFuzzer
{
    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "65536", "1e999", "99999999999999999999", "0.5", "\"\"", "\"*\"", "\"-> /\"", "\"{time:}\"", "\"{time:%}\"", "\"{time:QQ}\"", "\"99999999999d\"", "\"-5s\"",
        "\"99999999999999999999G\"", "\"(a*)*b\"", "\"(\"", "\"../../x\"", "\"KILL\"", "\"\\u0000\"", "[]", "{}", "[null]", "[[[[[[[[]]]]]]]]", "{\"\":\"\"}",
    ];

    /// <summary>Mostly no JSON any more.</summary>
    public static byte[] ChangeBytes(Random random, byte[] original)
    {
        var bytes = new List<byte>(original);
        for (var changes = random.Next(1, 5); changes > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            var length = int.Min(random.Next(1, 30), bytes.Count - at);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(new[] { "null", "\"", "{", "}", "[", "]", "-1", "1e999", "\"->\"", "/", ":", "," }[random.Next(12)]));
                    break;
            }
            if (bytes.Count == 0) bytes.Add((byte)'{');
        }
        return [.. bytes];
    }

    /// <summary>Still JSON: some values are others, gone, or there twice.</summary>
    public static byte[] ChangeValues(Random random, byte[] original)
    {
        var root = JsonNode.Parse(original, documentOptions: new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip })!;
        for (var changes = random.Next(1, 4); changes > 0; changes--)
        {
            var places = new List<JsonNode>();
            Gather(root, places);
            if (places.Count > 0) Change(random, places[random.Next(places.Count)]);
        }
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static void Gather(JsonNode? node, List<JsonNode> places)
    {
        foreach (var child in node is JsonObject o ? o.Select(p => p.Value) : node is JsonArray a ? a : Enumerable.Empty<JsonNode?>())
        {
            if (child is null) continue;
            places.Add(child);
            Gather(child, places);
        }
    }

    private static void Change(Random random, JsonNode place)
    {
        var value = random.Next(10) == 0 ? JsonValue.Create(new string('x', 100_000)) : JsonNode.Parse(Values[random.Next(Values.Length)]);
        switch (place.Parent)
        {
            case JsonArray array when random.Next(4) == 0:
                array.Add(place.DeepClone());
                break;
            case JsonArray array:
                array[place.GetElementIndex()] = value;
                break;
            case JsonObject parent when random.Next(4) == 0:
                parent.Remove(place.GetPropertyName());
                break;
            case JsonObject parent:
                parent[place.GetPropertyName()] = value;
                break;
        }
    }
}
