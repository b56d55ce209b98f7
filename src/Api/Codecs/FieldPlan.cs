using System.Collections;
using System.Text.Json;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;

namespace MiniK8s.Api.Codecs;

/// <summary>How one field of a message stands in its JSON object.</summary>
internal abstract class FieldPlan(FieldDescriptor field)
{
    protected FieldDescriptor Field { get; } = field;

    public string Name { get; } = field.JsonName;

    public JsonEncodedText EncodedName { get; } = JsonEncodedText.Encode(field.JsonName);

    protected IFieldAccessor Accessor { get; } = field.Accessor;

    protected bool Always { get; } = field.Options().Always;

    public abstract void Write(Utf8JsonWriter writer, IMessage message);

    public abstract void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message);

    public static FieldPlan For(FieldDescriptor field) =>
        field.IsMap ? new MapPlan(field) : field.IsRepeated ? new ListPlan(field) : new SinglePlan(field);
}

internal sealed class SinglePlan(FieldDescriptor field) : FieldPlan(field)
{
    private readonly ValueCodec _codec = ValueCodec.For(field);
    private readonly bool _isOptional = field.HasPresence && field.FieldType != FieldType.Message;
    private readonly bool _isEmbedded = field.IsEmbedded();
    private readonly bool _isNullable = field.HasPresence;

    public override void Write(Utf8JsonWriter writer, IMessage message)
    {
        var value = _isOptional && !Accessor.HasValue(message) ? null : Accessor.GetValue(message);
        if (value is null)
        {
            if (!Always) return;
            writer.WritePropertyName(EncodedName);
            if (_isOptional) writer.WriteNullValue();
            else _codec.WriteAbsent(writer);
            return;
        }
        if (!Always && !_isOptional && _codec.IsEmpty(value)) return;
        writer.WritePropertyName(EncodedName);
        _codec.Write(writer, value);
    }

    public override void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            if (_isNullable && !_isEmbedded) Accessor.Clear(message);
            return;
        }
        var existing = _codec is MessageCodec ? Accessor.GetValue(message) : null;
        var value = _codec.Read(ref reader, reading, existing);
        if (!ReferenceEquals(value, existing)) Accessor.SetValue(message, value);
    }
}

internal sealed class ListPlan(FieldDescriptor field) : FieldPlan(field)
{
    private readonly ValueCodec _codec = ValueCodec.For(field);
    private readonly bool _isNullWhenEmpty = field.Options().NullWhenEmpty;

    public override void Write(Utf8JsonWriter writer, IMessage message)
    {
        var items = (IList)Accessor.GetValue(message);
        if (items.Count == 0 && !Always) return;
        writer.WritePropertyName(EncodedName);
        if (items.Count == 0 && _isNullWhenEmpty)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartArray();
        for (var i = 0; i < items.Count; i++) _codec.Write(writer, items[i]!);
        writer.WriteEndArray();
    }

    public override void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
    {
        var items = (IList)Accessor.GetValue(message);
        items.Clear();
        if (reader.TokenType == JsonTokenType.Null) return;
        if (reader.TokenType != JsonTokenType.StartArray) throw reading.Mismatch(ref reader, "[]" + _codec.GoType);

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            reading.EnterIndex(items.Count);
            items.Add(reader.TokenType == JsonTokenType.Null ? Zero() : _codec.Read(ref reader, reading, null));
            reading.Leave();
        }
    }

    // null in a list is Go's zero value.
    private object Zero() => Field.FieldType switch
    {
        FieldType.String => "",
        FieldType.Bool => false,
        FieldType.Int32 => 0,
        FieldType.Int64 => 0L,
        FieldType.Bytes => ByteString.Empty,
        _ => Normalizer.Normalize(Field.MessageType.Parser.ParseFrom(ByteString.Empty)),
    };
}

internal sealed class MapPlan(FieldDescriptor field) : FieldPlan(field)
{
    private readonly ValueCodec _codec = ValueCodec.For(Normalizer.MapValue(field));

    private string GoType => _codec is QuantityCodec ? "v1.ResourceList" : "map[string]" + _codec.GoType;

    public override void Write(Utf8JsonWriter writer, IMessage message)
    {
        var entries = (IDictionary)Accessor.GetValue(message);
        if (entries.Count == 0 && !Always) return;
        writer.WritePropertyName(EncodedName);
        writer.WriteStartObject();
        foreach (var key in SortedKeys(entries))
        {
            writer.WritePropertyName(key);
            _codec.Write(writer, entries[key]!);
        }
        writer.WriteEndObject();
    }

    public override void Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
    {
        var entries = (IDictionary)Accessor.GetValue(message);
        if (reader.TokenType == JsonTokenType.Null)
        {
            entries.Clear();
            return;
        }
        if (reader.TokenType != JsonTokenType.StartObject) throw reading.Mismatch(ref reader, GoType);

        HashSet<string> seen = [];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = JsonReading.Text(ref reader);
            if (!seen.Add(key)) reading.Duplicate(key);
            reader.Read();
            reading.EnterKey(key);
            entries[key] = reader.TokenType == JsonTokenType.Null ? Zero() : _codec.Read(ref reader, reading, null);
            reading.Leave();
        }
    }

    private static string[] SortedKeys(IDictionary entries)
    {
        var keys = new string[entries.Count];
        entries.Keys.CopyTo(keys, 0);
        Array.Sort(keys, StringComparer.Ordinal);
        return keys;
    }

    private object Zero() => _codec switch
    {
        StringCodec => "",
        QuantityCodec => "0",
        BytesCodec => ByteString.Empty,
        _ => Normalizer.Normalize(Normalizer.MapValue(Field).MessageType.Parser.ParseFrom(ByteString.Empty)),
    };
}
