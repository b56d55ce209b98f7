using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;

namespace MiniK8s.Api.Codecs;

/// <summary>Kubernetes' JSON, written and read by what the descriptors say.</summary>
/// <remarks>
/// Written: kind and apiVersion first, then the fields in the order of Go's structs, maps sorted by key, int64 as a number, times in RFC 3339,
/// zero values left out unless the API always shows them. Read: names match by case, null is unset, quantities take their canonical text,
/// embedded structs are present afterwards, unknown and duplicate fields are noted. Nesting is bounded by <see cref="MaxDepth"/>.
/// </remarks>
public static class JsonCodec
{
    /// <summary>Objects and arrays inside each other at most.</summary>
    public const int MaxDepth = 200;

    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonWriterOptions Pretty = Compact with { Indented = true, IndentSize = 2, NewLine = "\n" };
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = MaxDepth };

    /// <summary>The message as JSON, with the kind and apiVersion of its type where it can be a document.</summary>
    public static byte[] Encode(IMessage message, bool pretty = false) => Encode(message, DefaultTypeMeta(message.Descriptor), pretty);

    /// <summary>The message as JSON under this kind and apiVersion; null leaves them out.</summary>
    public static byte[] Encode(IMessage message, TypeMeta? typeMeta, bool pretty = false)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, pretty ? Pretty : Compact)) Write(writer, message, typeMeta);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the message as one JSON object; null leaves kind and apiVersion out.</summary>
    public static void Write(Utf8JsonWriter writer, IMessage message, TypeMeta? typeMeta) =>
        MessagePlan.Of(message.Descriptor).Write(writer, message, typeMeta);

    /// <summary>A writer with the escaping the codec uses.</summary>
    public static Utf8JsonWriter NewWriter(IBufferWriter<byte> output, bool pretty = false) => new(output, pretty ? Pretty : Compact);

    /// <summary>Reads a document as a message of the given type, whatever kind it says it is.</summary>
    /// <exception cref="CodecException">Malformed JSON, or a value of the wrong type.</exception>
    public static Decoded Decode(ReadOnlyMemory<byte> json, MessageDescriptor type)
    {
        var typeMeta = PeekTypeMeta(json);
        return Guard(json, () => DecodeCore(json, type, typeMeta));
    }

    /// <summary>Reads a document as a <typeparamref name="T"/>.</summary>
    /// <exception cref="CodecException">Malformed JSON, or a value of the wrong type.</exception>
    public static T Decode<T>(ReadOnlyMemory<byte> json) where T : IMessage<T>, new() => (T)Decode(json, new T().Descriptor).Message;

    /// <summary>The document's own apiVersion and kind; empty where it has none.</summary>
    /// <exception cref="CodecException">Malformed JSON, or no object.</exception>
    public static TypeMeta PeekTypeMeta(ReadOnlyMemory<byte> json) => Guard(json, () => Peek(json));

    private static Decoded DecodeCore(ReadOnlyMemory<byte> json, MessageDescriptor type, TypeMeta typeMeta)
    {
        var reader = new Utf8JsonReader(json.Span, Reading);
        var reading = new JsonReading(json);
        var plan = MessagePlan.Of(type);
        reader.Read();
        var message = reader.TokenType == JsonTokenType.Null ? plan.Create() : plan.Read(ref reader, reading, plan.Create());
        return new(message, typeMeta, reading.StrictErrors);
    }

    private static TypeMeta Peek(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span, Reading);
        reader.Read();
        var found = new TypeMeta("", "");
        if (reader.TokenType != JsonTokenType.StartObject) return Finish(ref reader, found);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonReading.Text(ref reader);
            reader.Read();
            if (name == "kind" && reader.TokenType == JsonTokenType.String) found = found with { Kind = JsonReading.Text(ref reader) };
            else if (name == "apiVersion" && reader.TokenType == JsonTokenType.String) found = found with { ApiVersion = JsonReading.Text(ref reader) };
            else reader.Skip();
        }
        return Finish(ref reader, found);
    }

    // Reads on to the end, so that text behind the value is refused.
    private static TypeMeta Finish(ref Utf8JsonReader reader, TypeMeta found)
    {
        while (reader.Read()) { }
        return found;
    }

    private static T Guard<T>(ReadOnlyMemory<byte> json, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (JsonException ex)
        {
            throw new CodecException(Syntax(json.Span, ex), ex);
        }
    }

    private static string Syntax(ReadOnlySpan<byte> json, JsonException ex)
    {
        if (ex.Message.Contains("maximum configured depth", StringComparison.Ordinal)) return "exceeded max depth";
        var at = Offset(json, ex.LineNumber ?? 0, ex.BytePositionInLine ?? 0);
        return at >= json.TrimEnd(" \t\r\n"u8).Length
            ? "unexpected end of JSON input"
            : $"invalid character '{Encoding.UTF8.GetString(json.Slice(at, 1))}' looking for beginning of value";
    }

    private static int Offset(ReadOnlySpan<byte> json, long line, long column)
    {
        var start = 0;
        for (var i = 0; i < line; i++) start += json[start..].IndexOf((byte)'\n') + 1;
        return (int)long.Min(start + column, json.Length);
    }

    private static TypeMeta? DefaultTypeMeta(MessageDescriptor type) => ApiTypes.TryGetTypeMeta(type, out var typeMeta) ? typeMeta : null;
}
