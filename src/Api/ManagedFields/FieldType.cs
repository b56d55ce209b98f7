using System.Collections.Concurrent;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Options;
using MiniK8s.Protocol.Runtime;

using ProtoType = Google.Protobuf.Reflection.FieldType;

namespace MiniK8s.Api.ManagedFields;

/// <summary>What kind of value stands at a place of an object.</summary>
internal enum FieldShape
{
    /// <summary>A string, number, bool, time, quantity, ...</summary>
    Scalar,

    /// <summary>An object with declared fields.</summary>
    Struct,

    /// <summary>An object with keys of the client's choice.</summary>
    Map,

    /// <summary>An array.</summary>
    List,

    /// <summary>JSON that nobody looks into.</summary>
    Any,
}

/// <summary>What a scalar must be.</summary>
internal enum ScalarKind
{
    /// <summary>Any scalar: times, quantities, ports.</summary>
    Untyped,

    /// <summary>A string.</summary>
    String,

    /// <summary>An integer or other number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Boolean,
}

/// <summary>How a value is merged and owned: as one piece (atomic), or each of its parts by itself. Read off the protos' options.</summary>
/// <remarks>
/// declared                                   | merged and owned
/// -------------------------------------------+-----------------------------------------------
/// message                                    | each field
/// message with (atomic), or field "atomic"   | as one piece
/// map                                        | each key
/// map field with list_type "atomic"          | as one piece
/// repeated, list_type "map"                  | each item, known by list_map_keys
/// repeated, list_type "set"                  | each value
/// repeated, otherwise                        | as one piece
/// </remarks>
internal sealed class FieldType
{
    private static readonly ConcurrentDictionary<MessageDescriptor, FieldType> Messages = new();
    private static readonly FieldType Anything = new(FieldShape.Any, isAtomic: true);

    /// <summary>A string.</summary>
    public static readonly FieldType Text = OfScalar(ScalarKind.String);

    private readonly MessageDescriptor? _message;
    private StructFields? _fields;

    private FieldType(
        FieldShape shape, bool isAtomic, MessageDescriptor? message = null, FieldType? element = null, string[]? keys = null, ScalarKind scalar = default)
    {
        (Shape, IsAtomic, _message, Element, Keys, Scalar) = (shape, isAtomic, message, element, keys ?? [], scalar);
    }

    public FieldShape Shape { get; }

    /// <summary>A leaf: scalars, and what is only ever replaced as a whole.</summary>
    public bool IsAtomic { get; }

    public ScalarKind Scalar { get; }

    /// <summary>Type of a map's values or a list's items.</summary>
    public FieldType? Element { get; }

    /// <summary>The fields that name an item; none for sets and atomic lists.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>A struct's fields; found at first use, since messages may mention each other.</summary>
    public StructFields Fields => _fields ??= StructFields.Of(_message!);

    /// <summary>The type of a message.</summary>
    public static FieldType Of(MessageDescriptor message) => Messages.GetOrAdd(message, static m =>
        new(FieldShape.Struct, m.GetOptions()?.GetExtension(OptionsExtensions.Atomic) ?? false, m));

    /// <summary>The type of a field.</summary>
    public static FieldType Of(FieldDescriptor field)
    {
        var options = field.Options();
        var isAtomic = options.ListType == "atomic";
        if (field.IsMap) return new(FieldShape.Map, isAtomic, element: Single(Normalizer.MapValue(field)));
        if (field.IsRepeated)
        {
            return new(FieldShape.List, isAtomic: options.ListType is not ("map" or "set"), element: Single(field),
                keys: options.ListType == "map" ? [.. options.ListMapKeys.Order(StringComparer.Ordinal)] : null);
        }
        var single = Single(field);
        return isAtomic && single is { Shape: FieldShape.Struct, IsAtomic: false } ? new(FieldShape.Struct, isAtomic: true, field.MessageType) : single;
    }

    /// <summary>The type one step further: of a field, a map's value, or a list's item; null where there is none such.</summary>
    public FieldType? At(PathElement element) => Shape switch
    {
        FieldShape.Struct when element.FieldName is { } name => Fields.Find(name)?.Type,
        FieldShape.Map when element.FieldName is not null => Element,
        FieldShape.List => Element,
        _ => null,
    };

    private static FieldType Single(FieldDescriptor field) => field.FieldType switch
    {
        ProtoType.Message when field.IsTime() || field.IsQuantity() || field.IsIntOrString() => OfScalar(ScalarKind.Untyped),
        ProtoType.Message when field.MessageType == RawExtension.Descriptor || field.MessageType == FieldsV1.Descriptor => Anything,
        ProtoType.Message when ValueCodec.IsSlice(field.MessageType) => new(FieldShape.List, isAtomic: true, element: OfScalar(ScalarKind.String)),
        ProtoType.Message => Of(field.MessageType),
        ProtoType.Bool => OfScalar(ScalarKind.Boolean),
        ProtoType.String or ProtoType.Bytes => OfScalar(ScalarKind.String),
        _ => OfScalar(ScalarKind.Number),
    };

    private static FieldType OfScalar(ScalarKind kind) => new(FieldShape.Scalar, isAtomic: true, scalar: kind);
}
