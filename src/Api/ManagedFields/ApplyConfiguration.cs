using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Patches;

namespace MiniK8s.Api.ManagedFields;

/// <summary>The body of a server-side apply: the fields its manager wants to have, and their values.</summary>
/// <param name="Document">In the words of the kind it is applied to.</param>
/// <param name="StrictErrors">What a strict reader objects to: keys given twice. Unknown fields are refused in any case.</param>
public sealed record ApplyConfiguration(JsonObject Document, IReadOnlyList<string> StrictErrors)
{
    /// <summary>As sent, where the document is a translation; else null.</summary>
    public JsonObject? Said { get; init; }

    /// <summary>Reads YAML or JSON.</summary>
    /// <exception cref="ApiException">400: it cannot be read, or is no object.</exception>
    public static ApplyConfiguration Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var (json, duplicates) = YamlCodec.ToJsonWithDuplicates(body);
            return JsonTree.Parse(json) is JsonObject document
                ? new(document, duplicates)
                : throw StatusErrors.BadRequest("error decoding YAML: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type map[string]interface {}");
        }
        catch (CodecException ex)
        {
            throw StatusErrors.BadRequest($"error decoding YAML: {ex.Message}");
        }
    }

    /// <summary>The refusal of a body that strict reading objects to.</summary>
    public ApiException StrictError() => StatusErrors.BadRequest($"error strict decoding YAML: {string.Join(", ", StrictErrors)}");
}
