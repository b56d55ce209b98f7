using System.Text.Json;
using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;

namespace MiniK8s.Api.Patches;

/// <summary>JSON as a tree of nodes: of duplicate keys the last counts, nesting is bounded.</summary>
public static class JsonTree
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = JsonCodec.MaxDepth };
    private static readonly JsonSerializerOptions Plain =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = JsonCodec.MaxDepth };

    /// <summary>Reads a document; null for the document <c>null</c>.</summary>
    /// <exception cref="CodecException">Malformed JSON.</exception>
    public static JsonNode? Parse(ReadOnlyMemory<byte> json) => Parse(json, out _);

    /// <summary>Reads a document, and gives a phrase about each key that stands twice in one object: <c>duplicate field "spec.x"</c>.</summary>
    /// <exception cref="CodecException">Malformed JSON.</exception>
    public static JsonNode? Parse(ReadOnlyMemory<byte> json, out IReadOnlyList<string> duplicates)
    {
        JsonCodec.PeekTypeMeta(json);
        var reader = new Utf8JsonReader(json.Span, Options);
        var reading = new JsonReading(json);
        reader.Read();
        var tree = Read(ref reader, reading);
        duplicates = reading.StrictErrors;
        return tree;
    }

    /// <summary>The tree as JSON.</summary>
    public static byte[] ToBytes(JsonNode? node) => JsonSerializer.SerializeToUtf8Bytes(node, Plain);

    /// <summary>The tree as JSON text.</summary>
    public static string ToText(JsonNode? node) => node is null ? "null" : node.ToJsonString(Plain);

    private static JsonNode? Read(ref Utf8JsonReader reader, JsonReading reading)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null: return null;
            case JsonTokenType.True: return JsonValue.Create(true);
            case JsonTokenType.False: return JsonValue.Create(false);
            case JsonTokenType.String: return JsonValue.Create(JsonReading.Text(ref reader));
            case JsonTokenType.Number: return Number(ref reader);
            case JsonTokenType.StartArray:
                var array = new JsonArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    reading.EnterIndex(array.Count);
                    array.Add(Read(ref reader, reading));
                    reading.Leave();
                }
                return array;
            default:
                var obj = new JsonObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = JsonReading.Text(ref reader);
                    if (obj.ContainsKey(key)) reading.Duplicate(key);
                    reader.Read();
                    reading.EnterKey(key);
                    obj[key] = Read(ref reader, reading);
                    reading.Leave();
                }
                return obj;
        }
    }

    private static JsonValue Number(ref Utf8JsonReader reader) =>
        reader.TryGetInt64(out var integer) ? JsonValue.Create(integer) : JsonValue.Create(JsonElement.ParseValue(ref reader))!;
}
