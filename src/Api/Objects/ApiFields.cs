using Google.Protobuf.Reflection;
using Google.Protobuf.WellKnownTypes;

using MiniK8s.Protocol.IntStr;
using MiniK8s.Protocol.Options;

namespace MiniK8s.Api.Objects;

/// <summary>What the <c>minik8s.field</c> option and the type of a field say, in the words of the Kubernetes API.</summary>
public static class ApiFields
{
    private static readonly ApiFieldOptions None = new();

    /// <summary>The field's options; the defaults when it has none.</summary>
    public static ApiFieldOptions Options(this FieldDescriptor field) => field.GetOptions()?.GetExtension(OptionsExtensions.Field) ?? None;

    /// <summary>A Time or MicroTime.</summary>
    public static bool IsTime(this FieldDescriptor field) =>
        field.FieldType == FieldType.Message && field.MessageType == Timestamp.Descriptor;

    /// <summary>A Quantity: on the wire a message with one string.</summary>
    public static bool IsQuantity(this FieldDescriptor field) =>
        field.FieldType == FieldType.Message && field.MessageType == StringValue.Descriptor;

    /// <summary>An integer or a string, as ports and percentages are.</summary>
    public static bool IsIntOrString(this FieldDescriptor field) =>
        field.FieldType == FieldType.Message && field.MessageType == IntOrString.Descriptor;

    /// <summary>A struct that in Go is part of its parent, not a pointer: never absent.</summary>
    public static bool IsEmbedded(this FieldDescriptor field) =>
        field is { FieldType: FieldType.Message, IsRepeated: false } && !field.IsTime() && !field.IsQuantity()
        && field.Options() is { Always: true } or { Inline: true };

    /// <summary>Fields whose name in JSON is "-": they have no JSON form of their own.</summary>
    public static bool IsHidden(this FieldDescriptor field) => field.JsonName == "-";
}
