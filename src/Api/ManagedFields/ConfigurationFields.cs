using System.Text.Json.Nodes;

namespace MiniK8s.Api.ManagedFields;

/// <summary>The fields a document mentions: what whoever applies it comes to own.</summary>
/// <remarks>
/// Leaves, list items and map entries are members; a struct or list that has content is not. An empty object and null are: applying
/// <c>emptyDir: {}</c> owns .emptyDir. List items whose keys occur twice are members without their fields.
/// </remarks>
internal static class ConfigurationFields
{
    /// <summary>The set; fields that the type does not declare are left out.</summary>
    public static FieldSet Of(JsonNode? document, FieldType type) => Walk(document, type).Children ?? FieldSet.Empty;

    private static (bool IsLeaf, FieldSet? Children) Walk(JsonNode? node, FieldType type)
    {
        if (type.IsAtomic) return (true, null);
        return node switch
        {
            JsonObject map => (false, Members(map, type)),
            JsonArray list => (false, Items(list, type)),
            _ => (false, null),
        };
    }

    private static FieldSet Members(JsonObject map, FieldType type)
    {
        var set = new FieldSetBuilder();
        foreach (var (name, value) in map)
        {
            var element = FieldsV1Codec.FieldElement(name);
            if (type.At(element) is not { } inner) continue;
            var (isLeaf, children) = Walk(value, inner);
            set.Add(element, isLeaf || value is null or JsonObject { Count: 0 } || type.Shape == FieldShape.Map, children);
        }
        return set.Build();
    }

    private static FieldSet Items(JsonArray list, FieldType type)
    {
        var set = new FieldSetBuilder();
        var items = list.Select(item => (Element: ListItems.TryElementOf(item, type, out var element, out _) ? element : null, Item: item));
        foreach (var same in items.Where(pair => pair.Element is not null).GroupBy(pair => pair.Element!))
        {
            var isTwice = same.Skip(1).Any();
            set.Add(same.Key, isMember: true, isTwice ? null : Walk(same.First().Item, type.Element!).Children);
        }
        return set.Build();
    }
}
