using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.Api.Patches;
using MiniK8s.Protocol;

namespace MiniK8s.Api.ManagedFields;

/// <summary>The annotation in which <c>kubectl apply</c>, on the client's side, keeps what it applied; and the way from it to server-side apply.</summary>
/// <remarks>
/// When kubectl applies server-side for the first time, its own former writes stand in the way under another manager's name. So a conflict
/// about a field that still has the value of the annotation is none, for the manager "kubectl" alone; and as long as the annotation is there
/// it follows what that manager applies.
/// </remarks>
internal static class LastApplied
{
    private const string Annotation = "kubectl.kubernetes.io/last-applied-configuration";
    private const string Kubectl = "kubectl";

    /// <summary>The fields over which kubectl need not quarrel with its former self.</summary>
    public static FieldSet AllowedConflicts(FieldScope scope, IApiObject live, string manager)
    {
        if (manager != Kubectl || !live.Metadata.Annotations.TryGetValue(Annotation, out var text) || text.Length == 0) return FieldSet.Empty;
        try
        {
            if (JsonTree.Parse(System.Text.Encoding.UTF8.GetBytes(text)) is not JsonObject applied) return FieldSet.Empty;
            var bytes = JsonTree.ToBytes(applied);
            if (JsonCodec.PeekTypeMeta(bytes).ApiVersion != scope.Kind.ApiVersion || ConfigurationFaults.Find(applied, scope.Type) is not null)
                return FieldSet.Empty;

            var changes = MessageComparison.Compare(JsonCodec.Decode(bytes, scope.Kind.Descriptor).Message, live, FieldSet.Empty);
            return ConfigurationFields.Of(applied, scope.Type).Difference(changes.Set).Difference(changes.Removed);
        }
        catch (CodecException)
        {
            return FieldSet.Empty;      // anybody may write into an annotation
        }
    }

    /// <summary>Brings the annotation up to date, where there is one.</summary>
    public static void Follow(IApiObject result, JsonObject configuration, string manager)
    {
        var annotations = result.Metadata.Annotations;
        if (manager != Kubectl || !annotations.TryGetValue(Annotation, out var text) || text.Length == 0) return;
        var applied = (JsonObject)configuration.DeepClone();
        if (applied["metadata"] is JsonObject metadata && metadata["annotations"] is JsonObject own) own.Remove(Annotation);
        annotations[Annotation] = JsonTree.ToText(Sorted(applied)) + "\n";
    }

    private static JsonNode? Sorted(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => KeyValuePair.Create(p.Key, Sorted(p.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Sorted)]),
        _ => node?.DeepClone(),
    };
}
