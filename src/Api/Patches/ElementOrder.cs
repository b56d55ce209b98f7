using System.Text.Json.Nodes;

namespace MiniK8s.Api.Patches;

/// <summary>The order of a merged list: that of the patch for what the patch names, that of the server for the rest.</summary>
internal static class ElementOrder
{
    /// <summary>Refuses a patch list whose elements are not, in the same order, in the list that states the order.</summary>
    public static void Check(JsonArray? changes, JsonArray order, string mergeKey)
    {
        if (changes is null || changes.Count == 0 || order.Count == 0) return;
        var position = 0;
        foreach (var change in changes.Where(change => change is not JsonObject map || !map.ContainsKey(MergeDirectives.Patch)))
        {
            while (position < order.Count && !IsSame(change, order[position], mergeKey)) position++;
            if (position++ < order.Count) continue;
            throw new PatchException(PatchFault.Unmergeable,
                $"The order in patch list:\n{GoJson.Print(changes)}\n doesn't match $setElementOrder list:\n{GoJson.Print(order)}\n");
        }
    }

    /// <summary>A new list with the elements of <paramref name="merged"/>.</summary>
    /// <param name="merged">What to arrange.</param>
    /// <param name="wanted">Elements (or stand-ins with only the merge key) in the order the patch wants.</param>
    /// <param name="original">The list before the patch: where the others keep their places.</param>
    /// <param name="mergeKey">Empty for scalars.</param>
    public static JsonArray Arrange(JsonArray merged, JsonArray wanted, JsonArray original, string mergeKey)
    {
        var named = merged.Where(item => IndexOf(wanted, item, mergeKey) >= 0).OrderBy(item => IndexOf(wanted, item, mergeKey)).ToList();
        var others = merged.Where(item => IndexOf(wanted, item, mergeKey) < 0).OrderBy(item => IndexOf(original, item, mergeKey)).ToList();
        var result = new JsonArray();
        int i = 0, j = 0;
        while (i < named.Count || j < others.Count)
        {
            var takeNamed = j >= others.Count || (i < named.Count && IsBefore(named[i], others[j], original, mergeKey));
            result.Add((takeNamed ? named[i++] : others[j++])?.DeepClone());
        }
        return result;
    }

    public static bool Contains(JsonArray list, JsonNode? item) => IndexOf(list, item, "") >= 0;

    // A new element has no place among the old ones, and so comes after all that are still to be placed.
    private static bool IsBefore(JsonNode? named, JsonNode? other, JsonArray original, string mergeKey)
    {
        var left = IndexOf(original, named, mergeKey);
        var right = IndexOf(original, other, mergeKey);
        return left >= 0 && right >= 0 && left < right;
    }

    private static int IndexOf(JsonArray list, JsonNode? item, string mergeKey)
    {
        for (var i = 0; i < list.Count; i++)
            if (IsSame(list[i], item, mergeKey)) return i;
        return -1;
    }

    private static bool IsSame(JsonNode? left, JsonNode? right, string mergeKey) =>
        mergeKey.Length == 0 ? JsonNode.DeepEquals(left, right)
        : left is JsonObject a && right is JsonObject b && a.ContainsKey(mergeKey) && JsonNode.DeepEquals(a[mergeKey], b[mergeKey]);
}
