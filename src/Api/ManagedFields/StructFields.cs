using System.Collections;
using System.Collections.Frozen;

using Google.Protobuf;
using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;

using ProtoType = Google.Protobuf.Reflection.FieldType;

namespace MiniK8s.Api.ManagedFields;

/// <summary>The fields of a struct, as its JSON object has them.</summary>
internal sealed class StructFields
{
    private readonly FrozenDictionary<string, StructField> _byName;

    private StructFields(StructField[] all)
    {
        All = all;
        _byName = all.ToFrozenDictionary(field => field.Name, StringComparer.Ordinal);
    }

    /// <summary>Some field, here or below, tells zero from nothing, which generated Equals does not.</summary>
    public bool MayHideZeros { get; private init; }

    /// <summary>In the order of their names, which is that of sets.</summary>
    public StructField[] All { get; }

    public StructField? Find(string name) => _byName.GetValueOrDefault(name);

    public static StructFields Of(MessageDescriptor message) =>
        new([.. Declared(message).OrderBy(field => field.Name, StringComparer.Ordinal)]) { MayHideZeros = HidesZeros(message, []) };

    private static bool HidesZeros(MessageDescriptor message, HashSet<MessageDescriptor> seen) =>
        seen.Add(message) && message.Fields.InDeclarationOrder().Any(field =>
            field.FieldType == ProtoType.Message ? HidesZeros(field.MessageType, seen) : field is { HasPresence: true, IsRepeated: false });

    private static IEnumerable<StructField> Declared(MessageDescriptor message)
    {
        if (ApiTypes.TryGetTypeMeta(message, out _))
        {
            yield return new("apiVersion", null, null);
            yield return new("kind", null, null);
        }
        foreach (var field in message.Fields.InDeclarationOrder().Where(field => !field.IsHidden()))
        {
            // Go's embedded structs: their fields stand in the parent.
            if (field is not { FieldType: ProtoType.Message, IsRepeated: false } || !field.Options().Inline)
                yield return new(field.JsonName, field, null);
            else foreach (var inner in field.MessageType.Fields.InDeclarationOrder()) yield return new(inner.JsonName, inner, field);
        }
    }
}

/// <summary>One field of a struct.</summary>
/// <param name="name">Its name in JSON.</param>
/// <param name="declared">Null for apiVersion and kind, which messages do not carry.</param>
/// <param name="owner">The embedded message that the field really belongs to; null for the struct's own.</param>
internal sealed class StructField(string name, FieldDescriptor? declared, FieldDescriptor? owner)
{
    /// <summary>Stands for what JSON shows although the message has nothing: null, or an empty object.</summary>
    public static readonly object Nothing = new();

    private readonly IFieldAccessor? _accessor = declared?.Accessor;
    private readonly object? _absent = declared is not null && declared.Options().Always ? Nothing : null;
    private readonly object? _zero = declared is null ? null : ZeroOf(declared);
    private FieldType? _type;

    public string Name => name;

    public PathElement Element { get; } = FieldsV1Codec.FieldElement(name);

    /// <summary>Found at first use: messages may mention each other.</summary>
    public FieldType Type => _type ??= TypeOf(declared);

    /// <summary>What an item that lacks this key is taken to have; "" for none.</summary>
    public string DefaultKey { get; } = declared?.Options().DefaultValue ?? "";

    /// <summary>The value in a message, as far as its JSON shows one: null where it is left out.</summary>
    public object? Get(IMessage message)
    {
        if (_accessor is null) return null;
        if (owner is not null)
        {
            if (owner.Accessor.GetValue(message) is not IMessage inner) return null;
            message = inner;
        }
        if (declared!.HasPresence && declared.FieldType != ProtoType.Message && !_accessor.HasValue(message)) return _absent;
        var value = _accessor.GetValue(message);
        if (value is null) return _absent;
        if (value is ICollection { Count: 0 }) return _absent is null ? null : value;
        return _zero is not null && _absent is null && value.Equals(_zero) ? null : value;
    }

    private static FieldType TypeOf(FieldDescriptor? descriptor) => descriptor is null ? FieldType.Text : FieldType.Of(descriptor);

    // Only fields without presence are left out when they are zero.
    private static object? ZeroOf(FieldDescriptor field) => field switch
    {
        { IsRepeated: true } or { HasPresence: true } => null,
        { FieldType: ProtoType.String } => "",
        { FieldType: ProtoType.Bool } => false,
        { FieldType: ProtoType.Int32 } => 0,
        { FieldType: ProtoType.Int64 } => 0L,
        { FieldType: ProtoType.Double } => 0d,
        { FieldType: ProtoType.Bytes } => ByteString.Empty,
        _ => null,
    };
}
