using System.Text.Json;
using System.Text.Json.Nodes;

using Google.Protobuf.Reflection;

namespace MiniK8s.Api.Patches;

/// <summary>Kubernetes' own patch: like a merge patch, but lists whose field declares a merge key are merged element by element.</summary>
/// <remarks>
/// Directives: <c>$patch: delete|replace|merge</c> in objects and list elements, <c>$retainKeys</c>, <c>$setElementOrder/FIELD</c>,
/// <c>$deleteFromPrimitiveList/FIELD</c>. New elements are appended unless an order says otherwise. Source: apimachinery
/// util/strategicpatch of Kubernetes 1.32, as the server applies it (parallel lists merged, unmatched nulls dropped).
/// </remarks>
public static class StrategicMergePatch
{
    /// <summary>The patched document; neither argument is changed.</summary>
    /// <exception cref="PatchException">Malformed, or a directive that cannot be followed.</exception>
    public static JsonObject Apply(JsonObject document, JsonObject patch, MessageDescriptor type) =>
        MergeMaps((JsonObject)document.DeepClone(), (JsonObject)patch.DeepClone(), PatchSchema.Of(type));

    // Both arguments are our own copies and are used up.
    private static JsonObject MergeMaps(JsonObject original, JsonObject patch, PatchSchema schema)
    {
        if (patch.ContainsKey(MergeDirectives.Patch)) return FollowMapDirective(patch);
        RetainKeys(original, patch);
        MergeOrderedLists(original, patch, schema);
        foreach (var (key, value) in patch.ToArray()) MergeField(original, key, value, schema);
        return original;
    }

    private static JsonObject FollowMapDirective(JsonObject patch)
    {
        var directive = patch[MergeDirectives.Patch];
        if (MergeDirectives.IsText(directive, "delete")) return [];
        if (!MergeDirectives.IsText(directive, "replace")) throw UnknownDirective(directive, patch);
        patch.Remove(MergeDirectives.Patch);
        return patch;
    }

    private static void RetainKeys(JsonObject original, JsonObject patch)
    {
        if (!patch.TryGetPropertyValue(MergeDirectives.RetainKeys, out var directive)) return;
        patch.Remove(MergeDirectives.RetainKeys);
        if (directive is not JsonArray list) throw Malformed("invalid patch format of retainKeys");

        var retained = list.Select(GoJson.Print).ToHashSet(StringComparer.Ordinal);
        if (patch.Any(p => p.Value is not null && !MergeDirectives.IsDirective(p.Key) && !retained.Contains(p.Key)))
            throw Malformed("invalid patch format of retainKeys");
        foreach (var key in original.Select(p => p.Key).Where(key => !retained.Contains(key)).ToArray()) original.Remove(key);
    }

    private static void MergeOrderedLists(JsonObject original, JsonObject patch, PatchSchema schema)
    {
        foreach (var (directive, value) in patch.Where(p => p.Key.StartsWith(MergeDirectives.SetElementOrder, StringComparison.Ordinal)).ToArray())
        {
            patch.Remove(directive);
            var order = value as JsonArray ?? throw Malformed("invalid patch format of setElementOrder list");
            var key = directive[MergeDirectives.SetElementOrder.Length..];
            MergeOrderedList(original, patch, key, order, schema.Field(key));
        }
    }

    private static void MergeOrderedList(JsonObject original, JsonObject patch, string key, JsonArray order, PatchField field)
    {
        var had = AsList(original[key]);
        var changes = AsList(patch[key]);
        if (had is null && changes is null) return;

        ElementOrder.Check(changes, order, field.MergeKey);
        var merged = had is null ? Clean(changes!) : changes is null ? had : MergeLists(had, changes, field, isDeletion: false);
        patch.Remove(key);
        original[key] = ElementOrder.Arrange(merged, order, had ?? [], field.MergeKey);
    }

    private static JsonArray? AsList(JsonNode? node) => node switch
    {
        null => null,
        JsonArray list => list,
        _ => throw Unmergeable($"expected a []interface {{}}, but received a {GoType(node)}"),
    };

    private static void MergeField(JsonObject original, string key, JsonNode? change, PatchSchema schema)
    {
        var isDeletion = key.StartsWith(MergeDirectives.DeleteFromPrimitiveList, StringComparison.Ordinal);
        if (isDeletion)
        {
            if (change is not JsonArray) throw Malformed("invalid patch format of primitive list");
            key = key[MergeDirectives.DeleteFromPrimitiveList.Length..];
        }
        if (change is null) original.Remove(key);
        else if (Kind(original[key]) != Kind(change)) Take(original, key, change, isDeletion);
        else original[key] = MergeValues(original[key]!, change, schema.Field(key), isDeletion, out var isGone) is { } merged && !isGone ? merged : null;
        if (original.TryGetPropertyValue(key, out var left) && left is null) original.Remove(key);
    }

    private static void Take(JsonObject original, string key, JsonNode change, bool isDeletion)
    {
        if (isDeletion) return;
        if (MergeDirectives.TryClean(change, out var clean)) original[key] = clean;
        else original.Remove(key);
    }

    private static JsonNode? MergeValues(JsonNode original, JsonNode change, PatchField field, bool isDeletion, out bool isGone)
    {
        isGone = false;
        switch (original)
        {
            case JsonObject map when !field.IsReplaced:
                return MergeMaps((JsonObject)map.DeepClone(), (JsonObject)change.DeepClone(), field.Schema);
            case JsonArray list when field.IsMerged || isDeletion:
                return MergeLists(list, (JsonArray)change, field, isDeletion);
            default:
                isGone = !MergeDirectives.TryClean(change, out var clean);
                return clean;
        }
    }

    private static JsonArray MergeLists(JsonArray original, JsonArray changes, PatchField field, bool isDeletion)
    {
        if (!field.IsMerged && !isDeletion) return Clean(changes);
        if (original.Count == 0 && changes.Count == 0) return [];
        if (ElementKind(original, changes) != JsonValueKind.Object) return MergeScalars(original, changes, isDeletion);
        if (field.MergeKey.Length == 0) throw Unmergeable($"cannot merge lists without merge key for {field.Schema.Name}");

        var (kept, rest) = FollowListDirectives(original, changes, field.MergeKey);
        MergeElements(kept, rest, field);
        return ElementOrder.Arrange(kept, rest, original, field.MergeKey);
    }

    private static JsonArray MergeScalars(JsonArray original, JsonArray changes, bool isDeletion)
    {
        var result = new JsonArray();
        var source = isDeletion ? original.Where(item => !ElementOrder.Contains(changes, item)) : original.Concat(changes);
        foreach (var item in source)
            if (isDeletion || !ElementOrder.Contains(result, item)) result.Add(item?.DeepClone());
        return isDeletion ? result : ElementOrder.Arrange(result, changes, original, "");
    }

    private static (JsonArray Kept, JsonArray Changes) FollowListDirectives(JsonArray original, JsonArray changes, string mergeKey)
    {
        var kept = (JsonArray)original.DeepClone();
        var rest = new JsonArray();
        var isReplaced = false;
        foreach (var change in changes.Cast<JsonObject>())
        {
            if (!change.TryGetPropertyValue(MergeDirectives.Patch, out var directive)) rest.Add(change.DeepClone());
            else if (MergeDirectives.IsText(directive, "replace")) isReplaced = true;
            else if (MergeDirectives.IsText(directive, "delete")) RemoveMatching(kept, mergeKey, MergeValue(change, mergeKey));
            else if (MergeDirectives.IsText(directive, "merge")) throw Unmergeable("merging lists cannot yet be specified in the patch");
            else throw UnknownDirective(directive, change);
        }
        return (isReplaced ? [] : kept, rest);
    }

    private static void RemoveMatching(JsonArray list, string mergeKey, JsonNode? value)
    {
        for (var i = list.Count - 1; i >= 0; i--)
            if (list[i] is JsonObject item && JsonNode.DeepEquals(MergeValue(item, mergeKey), value)) list.RemoveAt(i);
    }

    private static void MergeElements(JsonArray kept, JsonArray changes, PatchField field)
    {
        foreach (var change in changes.Cast<JsonObject>())
        {
            var value = MergeValue(change, field.MergeKey);
            var index = kept.ToList().FindIndex(item => item is JsonObject map && JsonNode.DeepEquals(MergeValue(map, field.MergeKey), value));
            if (index >= 0) kept[index] = MergeMaps((JsonObject)kept[index]!.DeepClone(), (JsonObject)change.DeepClone(), field.Schema);
            else if (MergeDirectives.TryClean(change, out var clean)) kept.Add(clean);
        }
    }

    private static JsonNode? MergeValue(JsonObject element, string mergeKey) =>
        element.TryGetPropertyValue(mergeKey, out var value)
            ? value
            : throw Unmergeable($"map: {GoJson.Print(element)} does not contain declared merge key: {mergeKey}");

    private static JsonArray Clean(JsonArray list)
    {
        MergeDirectives.TryClean(list, out var clean);
        return (JsonArray)clean!;
    }

    private static JsonValueKind ElementKind(JsonArray original, JsonArray changes)
    {
        JsonValueKind[] kinds = [.. original.Concat(changes).Select(Kind).Distinct()];
        if (kinds.Contains(JsonValueKind.Array)) throw new PatchException(PatchFault.Rejected, "lists of lists are not supported");
        if (kinds.Length > 1) throw Unmergeable($"list element types are not identical: {GoJson.Print(original)} {GoJson.Print(changes)}");
        return kinds[0];
    }

    private static JsonValueKind Kind(JsonNode? node) => node?.GetValueKind() switch
    {
        null => JsonValueKind.Null,
        JsonValueKind.False => JsonValueKind.True,
        { } kind => kind,
    };

    private static string GoType(JsonNode node) => node switch
    {
        JsonObject => "map[string]interface {}",
        JsonArray => "[]interface {}",
        _ => Kind(node) switch { JsonValueKind.String => "string", JsonValueKind.Number => "int64", _ => "bool" },
    };

    private static PatchException Malformed(string message) => new(PatchFault.Malformed, message);

    private static PatchException Unmergeable(string message) => new(PatchFault.Unmergeable, message);

    private static PatchException UnknownDirective(JsonNode? directive, JsonObject map) =>
        Unmergeable($"unknown patch type: {GoJson.Print(directive)} in map: {GoJson.Print(map)}");
}
