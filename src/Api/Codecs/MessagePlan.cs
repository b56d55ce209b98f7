using System.Collections.Concurrent;
using System.Text.Json;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;

namespace MiniK8s.Api.Codecs;

/// <summary>How one message stands in JSON: its fields in the order of the proto file, which is that of Go's structs.</summary>
internal sealed class MessagePlan
{
    private static readonly ConcurrentDictionary<MessageDescriptor, MessagePlan> Plans = new();

    private const int MaxFields = 62;
    private const ulong KindSeen = 1UL << 62;
    private const ulong ApiVersionSeen = 1UL << 63;

    private readonly MessageDescriptor _type;
    private readonly Slot[] _slots;

    // Kind and apiVersion are fields of every message that can be a document, also where it stands inside another.
    private readonly bool _hasTypeMeta;

    private MessagePlan(MessageDescriptor type)
    {
        _type = type;
        _slots = [.. Slots(type)];
        _hasTypeMeta = ApiTypes.TryGetTypeMeta(type, out _);
        if (_slots.Length > MaxFields) throw new NotSupportedException($"{type.FullName} has more than {MaxFields} fields.");
        Empty = Create();
    }

    /// <summary>An instance that nobody may change.</summary>
    public IMessage Empty { get; }

    public static MessagePlan Of(MessageDescriptor type) => Plans.GetOrAdd(type, static t => new(t));

    public IMessage Create() => Normalizer.Normalize(_type.Parser.ParseFrom(ByteString.Empty));

    public void Write(Utf8JsonWriter writer, IMessage message, TypeMeta? typeMeta)
    {
        writer.WriteStartObject();
        if (typeMeta is { Kind.Length: > 0 }) writer.WriteString("kind", typeMeta.Value.Kind);
        if (typeMeta is { ApiVersion.Length: > 0 }) writer.WriteString("apiVersion", typeMeta.Value.ApiVersion);
        foreach (var slot in _slots) slot.Plan.Write(writer, slot.OwnerIn(message) ?? slot.EmptyOwner!);
        writer.WriteEndObject();
    }

    /// <summary>Reads an object into <paramref name="message"/>; what it does not mention stays as it is.</summary>
    public IMessage Read(ref Utf8JsonReader reader, JsonReading reading, IMessage message)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw reading.Mismatch(ref reader, MessageCodec.GoName(_type));

        var outer = reading.Struct;
        ulong seen = 0;
        var next = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            reading.Struct = _type.Name;
            JsonReading.CheckName(ref reader);
            var index = IndexOf(ref reader, next);
            if (index < 0) SkipUnknown(ref reader, reading, ref seen);
            else
            {
                var slot = _slots[index];
                Mark(reading, ref seen, 1UL << index, slot.Plan.Name);
                reader.Read();
                reading.EnterField(slot.Plan.Name);
                slot.Plan.Read(ref reader, reading, slot.OwnerIn(message) ?? slot.AddOwner(message));
                reading.Leave();
                next = index + 1;
            }
        }
        reading.Struct = outer;
        return message;
    }

    // Documents mostly keep the order of the fields, so the search starts behind the last one found.
    private int IndexOf(ref Utf8JsonReader reader, int next)
    {
        for (var i = next; i < _slots.Length; i++)
            if (reader.ValueTextEquals(_slots[i].Plan.EncodedName.EncodedUtf8Bytes)) return i;
        for (var i = 0; i < next; i++)
            if (reader.ValueTextEquals(_slots[i].Plan.EncodedName.EncodedUtf8Bytes)) return i;
        return -1;
    }

    private void SkipUnknown(ref Utf8JsonReader reader, JsonReading reading, ref ulong seen)
    {
        var isKind = _hasTypeMeta && reader.ValueTextEquals("kind");
        var isApiVersion = _hasTypeMeta && reader.ValueTextEquals("apiVersion");
        var name = JsonReading.Text(ref reader);
        if (!isKind && !isApiVersion) reading.Unknown(name);
        else Mark(reading, ref seen, isKind ? KindSeen : ApiVersionSeen, name);
        reader.Read();
        if (!isKind && !isApiVersion) reader.Skip();
        else if (reader.TokenType != JsonTokenType.Null)
        {
            reading.EnterField(name);
            StringCodec.Instance.Read(ref reader, reading, null);
            reading.Leave();
        }
    }

    private static void Mark(JsonReading reading, ref ulong seen, ulong bit, string name)
    {
        if ((seen & bit) != 0) reading.Duplicate(name);
        seen |= bit;
    }

    private static IEnumerable<Slot> Slots(MessageDescriptor type)
    {
        foreach (var field in type.Fields.InDeclarationOrder().Where(f => !f.IsHidden()))
        {
            if (!IsInline(field)) yield return new(FieldPlan.For(field), null);
            else foreach (var inner in field.MessageType.Fields.InDeclarationOrder()) yield return new(FieldPlan.For(inner), field);
        }
    }

    private static bool IsInline(FieldDescriptor field) => field.FieldType == FieldType.Message && field.Options().Inline;

    /// <summary>A field, and the inline message it really belongs to, if any.</summary>
    private sealed class Slot(FieldPlan plan, FieldDescriptor? owner)
    {
        public FieldPlan Plan => plan;

        public IMessage? EmptyOwner { get; } = owner?.MessageType.Parser.ParseFrom(ByteString.Empty);

        public IMessage? OwnerIn(IMessage message) => owner is null ? message : (IMessage?)owner.Accessor.GetValue(message);

        public IMessage AddOwner(IMessage message)
        {
            var created = owner!.MessageType.Parser.ParseFrom(ByteString.Empty);
            owner.Accessor.SetValue(message, created);
            return created;
        }
    }
}
