using System.Text;
using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Protocol;

namespace MiniK8s.Api.Patches;

/// <summary>Applies a patch to an object, with the refusals Kubernetes would give.</summary>
public static class ObjectPatch
{
    /// <summary>The patched object, new; <paramref name="current"/> is not changed. Strict errors are those of the patch, then of the patched document.</summary>
    /// <exception cref="ApiException">400, 413, 422 or 500 with Kubernetes' text.</exception>
    public static (IApiObject Object, IReadOnlyList<string> StrictErrors) Apply(PatchType type, ReadOnlyMemory<byte> patch, IApiObject current)
    {
        var changes = ParsePatch(type, patch, out var objections);
        var result = ApplyToJson(type, changes, JsonTree.Parse(JsonCodec.Encode(current)), current);
        if (type == PatchType.StrategicMerge && GoConversion.Misfit(result, current.Descriptor) is { } misfit) throw Invalid(GoJson.Print(changes), misfit);
        var patched = JsonTree.ToBytes(result);
        try
        {
            var decoded = JsonCodec.Decode(patched, current.Descriptor);
            return ((IApiObject)decoded.Message, objections.Count == 0 ? decoded.StrictErrors : [.. objections, .. decoded.StrictErrors]);
        }
        catch (CodecException ex)
        {
            throw Invalid(type == PatchType.StrategicMerge ? GoJson.Print(changes) : Encoding.UTF8.GetString(patched), ex.Message);
        }
    }

    /// <summary>422: a strict reader objects to what came out of the patch. It is shown, or of a strategic merge patch the patch itself.</summary>
    public static ApiException StrictError(PatchType type, ReadOnlyMemory<byte> patch, IApiObject patched, IReadOnlyList<string> strictErrors) => Invalid(
        type == PatchType.StrategicMerge ? GoJson.Print(JsonTree.Parse(patch)) : Encoding.UTF8.GetString(JsonCodec.Encode(patched)),
        ApiCodec.StrictMessage(strictErrors));

    private static ApiException Invalid(string shown, string because)
    {
        var errors = new FieldErrorList();
        errors.Add(FieldError.Invalid(FieldPath.Of("patch"), shown, because));
        return StatusErrors.Invalid("", "", "", errors);
    }

    private static JsonNode? ParsePatch(PatchType type, ReadOnlyMemory<byte> patch, out IReadOnlyList<string> objections)
    {
        var prefix = type == PatchType.StrategicMerge ? "" : "error decoding patch: ";
        try
        {
            var parsed = JsonTree.Parse(patch, out objections);
            if (type == PatchType.Json) objections = [.. objections.Concat(UnknownMembers(parsed)).Select(objection => $"json patch {objection}")];
            if (type == PatchType.Json || parsed is JsonObject) return parsed;
            var kind = parsed switch { null => "null", JsonArray => "array", _ => parsed.GetValueKind().ToString().ToLowerInvariant() };
            throw StatusErrors.BadRequest($"{prefix}json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}");
        }
        catch (CodecException ex)
        {
            throw StatusErrors.BadRequest($"{prefix}{ex.Message}");
        }
    }

    private static IEnumerable<string> UnknownMembers(JsonNode? patch)
    {
        if (patch is not JsonArray operations) yield break;
        for (var i = 0; i < operations.Count; i++)
            foreach (var (member, _) in operations[i] as JsonObject ?? [])
                if (member is not ("op" or "path" or "from" or "value")) yield return $"unknown field \"[{i}].{member}\"";
    }

    private static JsonNode? ApplyToJson(PatchType type, JsonNode? patch, JsonNode? document, IApiObject current)
    {
        try
        {
            return type switch
            {
                PatchType.Json => JsonPatch.Apply(document, patch),
                PatchType.Merge => MergePatch.Apply(document, patch),
                PatchType.StrategicMerge => StrategicMergePatch.Apply((JsonObject)document!, (JsonObject)patch!, current.Descriptor),
                _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
            };
        }
        catch (PatchException ex)
        {
            throw ex.Fault switch
            {
                PatchFault.Malformed => StatusErrors.BadRequest(ex.Message),
                PatchFault.Rejected => StatusErrors.RejectedPatch(),
                PatchFault.TooLarge => StatusErrors.RequestEntityTooLarge(ex.Message),
                _ => StatusErrors.Unclassified(ex.Message),
            };
        }
    }
}
