using System.Globalization;
using System.Text;
using System.Text.Json;

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Api.Objects;
using MiniK8s.Api.Quantities;
using MiniK8s.Protocol.IntStr;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Runtime;

namespace MiniK8s.Api.Codecs;

/// <summary>How one type of value stands in JSON. The reader is at the value's first token, and left at its last; null never gets here.</summary>
internal abstract class ValueCodec
{
    /// <summary>The type as Go's errors name it.</summary>
    public abstract string GoType { get; }

    /// <summary>True for what Go's omitempty leaves out.</summary>
    public virtual bool IsEmpty(object value) => false;

    public abstract void Write(Utf8JsonWriter writer, object value);

    public abstract object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing);

    /// <summary>An absent value that must be written all the same.</summary>
    public virtual void WriteAbsent(Utf8JsonWriter writer) => writer.WriteNullValue();

    public static ValueCodec For(FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => StringCodec.Instance,
        FieldType.Bool => BoolCodec.Instance,
        FieldType.Int32 => Int32Codec.Instance,
        FieldType.Int64 => Int64Codec.Instance,
        FieldType.Bytes => BytesCodec.Instance,
        FieldType.Message when field.IsTime() => field.Options().MicroTime ? TimeCodec.Micro : TimeCodec.Seconds,
        FieldType.Message when field.IsQuantity() => QuantityCodec.Instance,
        FieldType.Message when field.IsIntOrString() => IntOrStringCodec.Instance,
        FieldType.Message when field.MessageType == RawExtension.Descriptor => RawCodec.Extension,
        FieldType.Message when field.MessageType == FieldsV1.Descriptor => RawCodec.Fields,
        FieldType.Message when IsSlice(field.MessageType) => new SliceCodec(field.MessageType),
        FieldType.Message => new MessageCodec(field.MessageType),
        _ => throw new NotSupportedException($"{field.FullName}: the Kubernetes API has no fields of type {field.FieldType}."),
    };

    // Go's named slices (Verbs, ExtraValue) are messages on the wire and plain arrays in JSON.
    public static bool IsSlice(MessageDescriptor type) =>
        type.Fields.InDeclarationOrder() is [{ Name: "items", IsRepeated: true, FieldType: FieldType.String }];
}

internal sealed class StringCodec : ValueCodec
{
    public static readonly StringCodec Instance = new();

    public override string GoType => "string";

    public override bool IsEmpty(object value) => ((string)value).Length == 0;

    public override void Write(Utf8JsonWriter writer, object value) => writer.WriteStringValue((string)value);

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing) =>
        reader.TokenType == JsonTokenType.String ? JsonReading.Text(ref reader) : throw reading.Mismatch(ref reader, GoType);
}

internal sealed class BoolCodec : ValueCodec
{
    public static readonly BoolCodec Instance = new();

    private static readonly object True = true;
    private static readonly object False = false;

    public override string GoType => "bool";

    public override bool IsEmpty(object value) => !(bool)value;

    public override void Write(Utf8JsonWriter writer, object value) => writer.WriteBooleanValue((bool)value);

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing) => reader.TokenType switch
    {
        JsonTokenType.True => True,
        JsonTokenType.False => False,
        _ => throw reading.Mismatch(ref reader, GoType),
    };
}

internal sealed class Int32Codec : ValueCodec
{
    public static readonly Int32Codec Instance = new();

    public override string GoType => "int32";

    public override bool IsEmpty(object value) => (int)value == 0;

    public override void Write(Utf8JsonWriter writer, object value) => writer.WriteNumberValue((int)value);

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number) ? number : throw reading.Mismatch(ref reader, GoType);
}

internal sealed class Int64Codec : ValueCodec
{
    public static readonly Int64Codec Instance = new();

    public override string GoType => "int64";

    public override bool IsEmpty(object value) => (long)value == 0;

    public override void Write(Utf8JsonWriter writer, object value) => writer.WriteNumberValue((long)value);

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var number) ? number : throw reading.Mismatch(ref reader, GoType);
}

internal sealed class BytesCodec : ValueCodec
{
    public static readonly BytesCodec Instance = new();

    public override string GoType => "[]uint8";

    public override bool IsEmpty(object value) => ((ByteString)value).IsEmpty;

    public override void Write(Utf8JsonWriter writer, object value) => writer.WriteBase64StringValue(((ByteString)value).Span);

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing)
    {
        if (reader.TokenType != JsonTokenType.String) throw reading.Mismatch(ref reader, GoType);
        if (reader.TryGetBytesFromBase64(out var bytes)) return UnsafeByteOperations.UnsafeWrap(bytes);

        var text = JsonReading.Text(ref reader);
        var unbroken = text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        var buffer = new byte[unbroken.Length];
        if (Convert.TryFromBase64String(unbroken, buffer, out var length)) return ByteString.CopyFrom(buffer, 0, length);
        throw new CodecException(string.Create(CultureInfo.InvariantCulture, $"illegal base64 data at input byte {FirstBad(text)}"));
    }

    private static int FirstBad(string text)
    {
        var index = text.AsSpan().IndexOfAnyExcept("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\r\n");
        return index < 0 ? text.Length / 4 * 4 : index;
    }
}

internal sealed class TimeCodec(bool isMicro) : ValueCodec
{
    public static readonly TimeCodec Seconds = new(isMicro: false);
    public static readonly TimeCodec Micro = new(isMicro: true);

    public override string GoType => isMicro ? "v1.MicroTime" : "v1.Time";

    public override void Write(Utf8JsonWriter writer, object value)
    {
        // Zero is how Go's zero time travels in protobuf.
        if (value is Timestamp { Seconds: 0, Nanos: 0 }) writer.WriteNullValue();
        else writer.WriteStringValue(JsonTime.Format((Timestamp)value, isMicro));
    }

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing)
    {
        if (reader.TokenType == JsonTokenType.String) return JsonTime.Parse(JsonReading.Text(ref reader), isMicro);
        throw new CodecException($"json: cannot unmarshal {JsonReading.TokenName(reader.TokenType)} into Go value of type string");
    }
}

internal sealed class QuantityCodec : ValueCodec
{
    public static readonly QuantityCodec Instance = new();

    public override string GoType => "resource.Quantity";

    public override void Write(Utf8JsonWriter writer, object value) => writer.WriteStringValue((string)value);

    public override void WriteAbsent(Utf8JsonWriter writer) => writer.WriteStringValue("0");

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing)
    {
        var text = reader.TokenType == JsonTokenType.String ? JsonReading.Text(ref reader) : Encoding.UTF8.GetString(reader.ValueSpan);
        try
        {
            return Quantity.Parse(text.Trim()).ToString();
        }
        catch (QuantityFormatException ex)
        {
            throw new CodecException(ex.Message, ex);
        }
    }
}

internal sealed class IntOrStringCodec : ValueCodec
{
    public static readonly IntOrStringCodec Instance = new();

    public override string GoType => "intstr.IntOrString";

    public override void Write(Utf8JsonWriter writer, object value)
    {
        var either = (IntOrString)value;
        if (either.Type == 0) writer.WriteNumberValue(either.IntVal);
        else writer.WriteStringValue(either.StrVal);
    }

    public override void WriteAbsent(Utf8JsonWriter writer) => writer.WriteNumberValue(0);

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing)
    {
        if (reader.TokenType == JsonTokenType.String) return new IntOrString { Type = 1, StrVal = JsonReading.Text(ref reader) };
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var number)) return new IntOrString { IntVal = number };
        var what = reader.TokenType == JsonTokenType.Number
            ? "number " + Encoding.UTF8.GetString(reader.ValueSpan)
            : JsonReading.TokenName(reader.TokenType);
        throw new CodecException($"json: cannot unmarshal {what} into Go value of type int32");
    }
}

/// <summary>Messages that hold a piece of JSON as it is.</summary>
internal sealed class RawCodec(string goType, Func<object, ByteString> get, Func<ByteString, object> create) : ValueCodec
{
    public static readonly RawCodec Extension = new("runtime.RawExtension", v => ((RawExtension)v).Raw, raw => new RawExtension { Raw = raw });
    public static readonly RawCodec Fields = new("v1.FieldsV1", v => ((FieldsV1)v).Raw, raw => new FieldsV1 { Raw = raw });

    public override string GoType => goType;

    public override void Write(Utf8JsonWriter writer, object value)
    {
        var raw = get(value);
        if (raw.IsEmpty) writer.WriteNullValue();
        else writer.WriteRawValue(raw.Span);
    }

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return create(ByteString.CopyFrom(reading.Source.Span[start..(int)reader.BytesConsumed]));
    }
}

/// <summary>A message with nothing but <c>repeated string items</c>: an array.</summary>
internal sealed class SliceCodec(MessageDescriptor type) : ValueCodec
{
    private readonly FieldDescriptor _items = type.Fields.InDeclarationOrder()[0];

    public override string GoType => MessageCodec.GoName(type);

    public override void Write(Utf8JsonWriter writer, object value)
    {
        writer.WriteStartArray();
        foreach (string item in (IEnumerable<string>)_items.Accessor.GetValue((IMessage)value)) writer.WriteStringValue(item);
        writer.WriteEndArray();
    }

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw reading.Mismatch(ref reader, GoType);
        var message = type.Parser.ParseFrom(ByteString.Empty);
        var items = (IList<string>)_items.Accessor.GetValue(message);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            items.Add((string)StringCodec.Instance.Read(ref reader, reading, null));
        return message;
    }
}

internal sealed class MessageCodec(MessageDescriptor type) : ValueCodec
{
    private MessagePlan? _plan;

    public override string GoType => GoName(type);

    // Found at first use: messages may mention each other.
    private MessagePlan Plan => _plan ??= MessagePlan.Of(type);

    public static string GoName(MessageDescriptor type) => $"{type.File.Package[(type.File.Package.LastIndexOf('.') + 1)..]}.{type.Name}";

    public override void Write(Utf8JsonWriter writer, object value) => Plan.Write(writer, (IMessage)value, null);

    public override void WriteAbsent(Utf8JsonWriter writer) => Plan.Write(writer, Plan.Empty, null);

    public override object Read(ref Utf8JsonReader reader, JsonReading reading, object? existing) =>
        Plan.Read(ref reader, reading, (IMessage?)existing ?? Plan.Create());
}
