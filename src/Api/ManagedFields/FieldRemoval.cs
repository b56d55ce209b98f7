using System.Text.Json.Nodes;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Takes fields out of a document.</summary>
internal static class FieldRemoval
{
    /// <summary>A new document without the members of the set. What has lost all its content is null.</summary>
    public static JsonNode? Remove(JsonNode? document, FieldSet fields, FieldType type)
    {
        if (type.IsAtomic || fields.IsEmpty) return document?.DeepClone();
        return document switch
        {
            JsonObject { Count: > 0 } map => FromMap(map, fields, type),
            JsonArray { Count: > 0 } list => FromList(list, fields, type),
            _ => null,
        };
    }

    private static JsonObject? FromMap(JsonObject map, FieldSet fields, FieldType type)
    {
        var result = new JsonObject();
        foreach (var (name, value) in map)
        {
            var element = FieldsV1Codec.FieldElement(name);
            if (!fields.TryFind(element, out var entry)) result[name] = value?.DeepClone();
            else if (!entry.IsMember) result[name] = type.At(element) is { } inner ? Remove(value, entry.Children!, inner) : value?.DeepClone();
        }
        return result.Count == 0 ? null : result;
    }

    private static JsonArray? FromList(JsonArray list, FieldSet fields, FieldType type)
    {
        var result = new JsonArray();
        foreach (var item in list)
        {
            if (!ListItems.TryElementOf(item, type, out var element, out _) || !fields.TryFind(element, out var entry)) result.Add(item?.DeepClone());
            else if (!entry.IsMember) result.Add(Remove(item, entry.Children!, type.Element!));
        }
        return result.Count == 0 ? null : result;
    }
}
