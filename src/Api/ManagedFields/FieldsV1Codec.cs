using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;

using Google.Protobuf;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Sets of fields as FieldsV1 writes them: nested JSON objects whose names are path elements.</summary>
/// <remarks>
/// <c>{"f:metadata":{"f:labels":{".":{},"f:app":{}}}}</c> holds .metadata.labels and .metadata.labels.app. An empty object is a member;
/// "." makes one with children a member too. Names are sorted as <see cref="PathElement"/> orders them, "." comes first. Read: in any order;
/// names of kinds nobody knows are passed over.
/// </remarks>
internal static class FieldsV1Codec
{
    private static readonly JsonReaderOptions Reading = new() { MaxDepth = JsonCodec.MaxDepth };

    // Most names are fields that the protos declare: their elements are shared, which makes sets small and comparing them quick.
    private static readonly FrozenDictionary<string, PathElement>.AlternateLookup<ReadOnlySpan<char>> Declared =
        ProtocolMessages.All.SelectMany(message => message.Fields.InDeclarationOrder()).Select(field => field.JsonName)
            .Distinct(StringComparer.Ordinal).Select(PathElement.Field)
            .ToFrozenDictionary(element => element.Form, StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();

    private const int LongestDeclared = 96;

    /// <summary>The element of a declared field, shared; a new one for any other name.</summary>
    public static PathElement FieldElement(string name) =>
        Declared.TryGetValue("f:" + name, out var shared) ? shared : PathElement.Field(name);

    /// <summary>The set as JSON.</summary>
    public static ByteString Encode(FieldSet set)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = JsonCodec.NewWriter(buffer)) Write(writer, set, isMember: false);
        return ByteString.CopyFrom(buffer.WrittenSpan);
    }

    /// <summary>Reads what <see cref="Encode"/> writes.</summary>
    /// <exception cref="CodecException">Malformed.</exception>
    public static FieldSet Decode(ByteString json)
    {
        if (json.IsEmpty) return FieldSet.Empty;
        try
        {
            var reader = new Utf8JsonReader(json.Span, Reading);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new CodecException("a field set is no object");
            return ReadChildren(ref reader, out _) ?? FieldSet.Empty;
        }
        catch (JsonException ex)
        {
            throw new CodecException("malformed field set", ex);
        }
    }

    private static void Write(Utf8JsonWriter writer, FieldSet? set, bool isMember)
    {
        writer.WriteStartObject();
        if (set is { IsEmpty: false })
        {
            if (isMember) WriteEmpty(writer, ".");
            foreach (var entry in set.Entries)
            {
                writer.WritePropertyName(entry.Element.Form);
                Write(writer, entry.Children, entry.IsMember);
            }
        }
        writer.WriteEndObject();
    }

    private static void WriteEmpty(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        writer.WriteEndObject();
    }

    // The reader is at the object's beginning, and left at its end.
    private static FieldSet? ReadChildren(ref Utf8JsonReader reader, out bool isMember)
    {
        FieldSetBuilder? children = null;
        isMember = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            JsonReading.CheckName(ref reader);
            if (reader.ValueTextEquals("."))
            {
                isMember = true;
                reader.Read();
                reader.Skip();
                continue;
            }
            var element = ReadElement(ref reader);
            reader.Read();
            if (element is null)
            {
                reader.Skip();
                continue;
            }
            if (reader.TokenType != JsonTokenType.StartObject) throw new CodecException("a field set's value is no object");
            var inner = ReadChildren(ref reader, out var isChild);
            (children ??= new()).Add(element, isChild || inner is null, inner);
        }
        return children?.Build();
    }

    private static PathElement? ReadElement(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped && reader.ValueSpan.Length <= LongestDeclared)
        {
            Span<char> name = stackalloc char[LongestDeclared];
            var length = Encoding.UTF8.GetChars(reader.ValueSpan, name);
            if (Declared.TryGetValue(name[..length], out var shared)) return shared;
        }
        return PathElement.Parse(JsonReading.Text(ref reader));
    }
}
