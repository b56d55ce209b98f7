using System.Text.Json.Nodes;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Lays what is applied over what is there. Nothing is removed; where both have a leaf, the applied one counts.</summary>
internal static class ConfigurationMerge
{
    /// <summary>A new document; neither argument is changed.</summary>
    public static JsonNode? Merge(JsonNode? live, JsonNode? applied, FieldType type)
    {
        if (type.IsAtomic) return applied?.DeepClone();
        return (live, applied) switch
        {
            (JsonObject { Count: > 0 } there, JsonObject { Count: > 0 } wanted) => MergeMaps(there, wanted, type),
            (JsonArray { Count: > 0 } there, JsonArray { Count: > 0 } wanted) => MergeLists(there, wanted, type),
            (JsonObject { Count: > 0 } or JsonArray { Count: > 0 }, null or JsonObject { Count: 0 } or JsonArray { Count: 0 }) => live.DeepClone(),
            _ => applied?.DeepClone(),
        };
    }

    private static JsonObject MergeMaps(JsonObject live, JsonObject applied, FieldType type)
    {
        var result = new JsonObject();
        foreach (var (name, there) in live)
        {
            var isApplied = applied.TryGetPropertyValue(name, out var wanted);
            result[name] = isApplied && type.At(FieldsV1Codec.FieldElement(name)) is { } inner ? Merge(there, wanted, inner) : there?.DeepClone();
        }
        foreach (var (name, wanted) in applied)
            if (!live.ContainsKey(name)) result[name] = wanted?.DeepClone();
        return result;
    }

    // The result keeps the order of what is applied; items that only the live list has stay behind their neighbours there.
    private static JsonArray MergeLists(JsonArray live, JsonArray applied, FieldType type)
    {
        var (there, wanted) = (Elements(live, type), Elements(applied, type));
        var (liveItems, appliedItems) = (ByElement(there), ByElement(wanted));
        var shared = new Queue<PathElement>(wanted.Select(item => item.Element).Where(liveItems.ContainsKey));
        var placed = new HashSet<PathElement>();
        var result = new JsonArray();
        var (i, j) = (0, 0);
        while (i < there.Count || j < wanted.Count)
        {
            var next = i < there.Count ? there[i].Element : null;
            if (next is not null && !appliedItems.ContainsKey(next))
            {
                result.Add(there[i++].Item?.DeepClone());
                continue;
            }
            // An item of both lists is placed at its turn in the applied one.
            if (next is not null && (placed.Contains(next) || (shared.TryPeek(out var turn) && !turn.Equals(next))))
            {
                i++;
                continue;
            }
            if (j == wanted.Count) break;
            var element = wanted[j].Element;
            result.Add(Merge(Single(liveItems, element), wanted[j++].Item, type.Element!));
            placed.Add(element);
            if (shared.TryPeek(out turn) && turn.Equals(element)) shared.Dequeue();
            if (element.Equals(next)) i++;
        }
        return result;
    }

    private static List<(PathElement Element, JsonNode? Item)> Elements(JsonArray list, FieldType type)
    {
        var elements = new List<(PathElement, JsonNode?)>(list.Count);
        foreach (var item in list)
            if (ListItems.TryElementOf(item, type, out var element, out _)) elements.Add((element, item));
        return elements;
    }

    private static Dictionary<PathElement, List<JsonNode?>> ByElement(List<(PathElement Element, JsonNode? Item)> items) =>
        items.GroupBy(item => item.Element, item => item.Item).ToDictionary(group => group.Key, group => group.ToList());

    // Items that occur twice are not merged with: the applied one takes their place.
    private static JsonNode? Single(Dictionary<PathElement, List<JsonNode?>> items, PathElement element) =>
        items.TryGetValue(element, out var same) && same.Count == 1 ? same[0] : null;
}
