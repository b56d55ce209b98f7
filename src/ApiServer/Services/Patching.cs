using System.Text;

using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Patches;
using MiniK8s.Protocol;
using MiniK8s.Protocol.V1;

using PatchType = MiniK8s.Api.Patches.PatchType;

namespace MiniK8s.ApiServer.Services;

/// <summary>A patch request's document, applied.</summary>
internal static class Patching
{
    /// <summary>The patched object, a new one. Refuses patches that cannot be read or applied, and with Strict also unknown fields.</summary>
    public static IApiObject Apply(ApiKind kind, IApiObject? current, PatchRequest request)
    {
        if (current is null) throw StatusErrors.NotFound(kind.GroupResource, request.Name);
        var (patched, objections) = ObjectPatch.Apply(TypeOf(request), Encoding.UTF8.GetBytes(request.Patch), current);
        if (objections.Count > 0 && request.Options?.FieldValidation == "Strict") throw ObjectPatch.StrictError(patched, objections);
        return patched;
    }

    private static PatchType TypeOf(PatchRequest request) => request.Type switch
    {
        Protocol.V1.PatchType.JsonPatch => PatchType.Json,
        Protocol.V1.PatchType.MergePatch => PatchType.Merge,
        Protocol.V1.PatchType.StrategicMergePatch => PatchType.StrategicMerge,
        _ => throw StatusErrors.BadRequest("the request does not say what type of patch it is"),
    };
}
