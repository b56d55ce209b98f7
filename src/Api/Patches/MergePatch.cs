using System.Text.Json.Nodes;

namespace MiniK8s.Api.Patches;

/// <summary>RFC 7386: null deletes, objects merge, everything else replaces.</summary>
public static class MergePatch
{
    /// <summary>The patched document; neither argument is changed.</summary>
    public static JsonNode? Apply(JsonNode? target, JsonNode? patch)
    {
        if (patch is not JsonObject changes) return patch?.DeepClone();

        var result = target is JsonObject ? (JsonObject)target.DeepClone() : [];
        Merge(result, changes);
        return result;
    }

    private static void Merge(JsonObject target, JsonObject changes)
    {
        foreach (var (key, change) in changes)
        {
            if (change is null) target.Remove(key);
            else if (change is not JsonObject inner) target[key] = change.DeepClone();
            else
            {
                if (target[key] is not JsonObject) target[key] = new JsonObject();
                Merge((JsonObject)target[key]!, inner);
            }
        }
    }
}
