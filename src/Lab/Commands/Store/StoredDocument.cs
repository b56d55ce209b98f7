using System.Text;
using System.Text.Json;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;

namespace MiniK8s.Lab.Commands.Store;

/// <summary>A stored value in a form to read.</summary>
/// <param name="Form">What it is, for example "v1, Kind=Pod, as protobuf".</param>
/// <param name="Text">The lines to show, the last one ended.</param>
/// <param name="Fields">The object's fields; null for a value that is no object.</param>
/// <remarks>
/// the value's bytes                                    | shown as
/// -----------------------------------------------------+------------------------------
/// Kubernetes' envelope with a kind that this build has | YAML
/// a JSON object (custom resources in a real cluster)   | YAML
/// other UTF-8 without control characters               | the text itself
/// anything else: other kinds, encrypted, damaged       | bytes in hexadecimal
/// </remarks>
internal sealed record StoredDocument(string Form, string Text, JsonElement? Fields)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static StoredDocument Of(ByteString value)
    {
        if (ProtobufCodec.HasEnvelope(value.Span)) return OfEnvelope(value);
        if (value.Span is [(byte)'{', ..] && FieldsOf(value.Memory) is { } fields) return OfObject("an object as JSON", fields, value.Memory);
        return TextOf(value.Span) is { } text
            ? new("text", text.Length == 0 || text.EndsWith('\n') ? text : text + "\n", null)
            : new("bytes", HexDump.Of(value.Span), null);
    }

    /// <summary>The bytes as text, or null when they are none that a terminal should be given.</summary>
    public static string? TextOf(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var text = StrictUtf8.GetString(bytes);
            return text.Any(c => char.IsControl(c) && c is not ('\n' or '\t')) ? null : text;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static StoredDocument OfEnvelope(ByteString value)
    {
        try
        {
            var type = ProtobufCodec.PeekTypeMeta(value.Span);
            if (!ApiTypes.TryGet(type, out var descriptor)) return new($"{type}, which this build does not know, as protobuf", HexDump.Of(value.Span), null);
            var json = JsonCodec.Encode(ProtobufCodec.Decode(value.Memory, descriptor).Message, type);
            return OfObject($"{type}, as protobuf", FieldsOf(json)!.Value, json);
        }
        catch (CodecException exception)
        {
            return new($"a damaged object: {exception.Message}", HexDump.Of(value.Span), null);
        }
    }

    private static StoredDocument OfObject(string form, JsonElement fields, ReadOnlyMemory<byte> json) =>
        new(form, Encoding.UTF8.GetString(YamlCodec.FromJson(json)), fields);

    // Null: no JSON, or deeper than any object may be.
    private static JsonElement? FieldsOf(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonCodec.MaxDepth + 1 });
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
