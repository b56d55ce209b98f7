using System.Text.Json.Nodes;

using Google.Protobuf.Reflection;

using MiniK8s.Api.Objects;
using MiniK8s.Protocol.Runtime;

namespace MiniK8s.Api.Patches;

/// <summary>
/// What Kubernetes says where the result of a strategic merge patch does not fit its type. It converts that result value by value, without JSON in
/// between, and so has other words than for every other document.
/// </summary>
/// <remarks>
/// wanted         | found                        | words
/// ---------------+------------------------------+----------------------------------------
/// a list         | no list                      | cannot restore slice from map
/// a map          | no map                       | cannot restore map from string
/// a struct       | no map                       | cannot restore struct from: string
/// text           | a whole number               | cannot convert int64 to string
/// a whole number | a fraction                   | (its fraction is dropped, in Kubernetes; here it is refused as in other documents)
/// a plain value  | anything else that is not it | unrecognized type: string
/// Times, quantities and the like read themselves, and say what they say in every document.
/// </remarks>
internal static class GoConversion
{
    /// <summary>The first misfit in the object; null where there is none of these.</summary>
    public static string? Misfit(JsonNode? node, MessageDescriptor type)
    {
        if (node is not JsonObject found) return node is null ? null : $"cannot restore struct from: {KindOf(node)}";
        foreach (var field in type.Fields.InDeclarationOrder())
        {
            var misfit = IsInline(field) ? Misfit(found, field.MessageType) : found[field.JsonName] is { } value ? Misfit(value, field) : null;
            if (misfit is not null) return misfit;
        }
        return null;
    }

    private static string? Misfit(JsonNode node, FieldDescriptor field)
    {
        if (field.IsMap)
        {
            var value = field.MessageType.FindFieldByNumber(2);
            return node is JsonObject map ? First(map.Select(entry => entry.Value), value) : $"cannot restore map from {KindOf(node)}";
        }
        if (field.IsRepeated) return node is JsonArray list ? First(list, field) : $"cannot restore slice from {KindOf(node)}";
        return MisfitOfOne(node, field);
    }

    private static string? First(IEnumerable<JsonNode?> nodes, FieldDescriptor type) =>
        nodes.OfType<JsonNode>().Select(node => MisfitOfOne(node, type)).FirstOrDefault(misfit => misfit is not null);

    private static string? MisfitOfOne(JsonNode node, FieldDescriptor field) => field.FieldType switch
    {
        FieldType.Message when ReadsItself(field) => null,
        FieldType.Message => Misfit(node, field.MessageType),
        FieldType.Bytes => KindOf(node) is "string" or "slice" ? null : $"cannot restore slice from {KindOf(node)}",
        FieldType.String => KindOf(node) switch
        {
            "string" => null,
            "int64" => "cannot convert int64 to string",
            _ => "unrecognized type: string",
        },
        FieldType.Bool => KindOf(node) is "bool" ? null : "unrecognized type: bool",
        FieldType.Int32 => KindOf(node) is "int64" or "float64" ? null : "unrecognized type: int32",
        FieldType.Int64 => KindOf(node) is "int64" or "float64" ? null : "unrecognized type: int64",
        _ => null,
    };

    private static bool IsInline(FieldDescriptor field) => field is { FieldType: FieldType.Message, IsRepeated: false } && field.Options().Inline;

    private static bool ReadsItself(FieldDescriptor field) =>
        field.IsTime() || field.IsQuantity() || field.IsIntOrString() || field.MessageType == RawExtension.Descriptor || field.MessageType.Fields.InDeclarationOrder().All(part => part.IsHidden());

    private static string KindOf(JsonNode node) => node switch
    {
        JsonObject => "map",
        JsonArray => "slice",
        JsonValue value when value.TryGetValue<string>(out _) => "string",
        JsonValue value when value.TryGetValue<bool>(out _) => "bool",
        JsonValue value when value.TryGetValue<long>(out _) => "int64",
        _ => "float64",
    };
}
