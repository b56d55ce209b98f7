using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

using Google.Protobuf;

namespace MiniK8s.Api.ManagedFields;

/// <summary>Which path element names an item of a list of type map or set.</summary>
internal static class ListItems
{
    /// <summary>The element of a message's item. A key that is missing and has no default counts as empty.</summary>
    public static PathElement ElementOf(object item, FieldType list)
    {
        if (list.Keys.Count == 0) return PathElement.Item(FieldValue.Of(item));
        var keys = new KeyField[list.Keys.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            var field = list.Element!.Fields.Find(list.Keys[i])!;
            var value = field.Get((IMessage)item) ?? field.DefaultKey;
            keys[i] = new(field.Name, value == StructField.Nothing ? default : FieldValue.Of(value));
        }
        return PathElement.Keyed(keys);
    }

    /// <summary>The element of an item in a document; otherwise what is wrong with the item.</summary>
    public static bool TryElementOf(JsonNode? item, FieldType list, [NotNullWhen(true)] out PathElement? element, out string fault)
    {
        (element, fault) = (null, "");
        if (list.Keys.Count > 0) return TryKeyed(item, list, out element, out fault);
        if (FieldValue.TryRead(item, out var value)) element = PathElement.Item(value);
        else fault = item switch
        {
            null => "associative list without keys has an element that's an explicit null",
            JsonObject => "associative list without keys has an element that's a map type",
            _ => "not supported: associative list with lists as elements",
        };
        return element is not null;
    }

    private static bool TryKeyed(JsonNode? item, FieldType list, [NotNullWhen(true)] out PathElement? element, out string fault)
    {
        element = null;
        fault = item is null ? "associative list with keys may not have a null element" : "associative list with keys may not have non-map elements";
        if (item is not JsonObject map) return false;

        var keys = new KeyField[list.Keys.Count];
        for (var i = 0; i < keys.Length; i++)
        {
            var name = list.Keys[i];
            if (map.TryGetPropertyValue(name, out var node) && (node is null || FieldValue.TryRead(node, out _)))
            {
                _ = FieldValue.TryRead(node, out var value);
                keys[i] = new(name, value);
            }
            else if (list.Element!.Fields.Find(name) is { DefaultKey: { Length: > 0 } otherwise }) keys[i] = new(name, new(otherwise));
            else
            {
                fault = $"associative list with keys has an element that omits key field \"{name}\" (and doesn't have default value)";
                return false;
            }
        }
        element = PathElement.Keyed(keys);
        return true;
    }
}
