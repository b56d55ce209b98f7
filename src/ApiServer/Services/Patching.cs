using System.Text;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.V1;

using PatchType = MiniK8s.Api.Patches.PatchType;

namespace MiniK8s.ApiServer.Services;

/// <summary>A patch request of gRPC in the terms of the registry.</summary>
internal static class Patching
{
    /// <summary>The kind of patch and its document. Refuses a request that does not say which kind (400).</summary>
    public static (PatchType Type, byte[] Document) Read(PatchRequest request) => (TypeOf(request), Encoding.UTF8.GetBytes(request.Patch));

    private static PatchType TypeOf(PatchRequest request) => request.Type switch
    {
        Protocol.V1.PatchType.JsonPatch => PatchType.Json,
        Protocol.V1.PatchType.MergePatch => PatchType.Merge,
        Protocol.V1.PatchType.StrategicMergePatch => PatchType.StrategicMerge,
        Protocol.V1.PatchType.ApplyPatch => PatchType.Apply,
        _ => throw StatusErrors.BadRequest("the request does not say what type of patch it is"),
    };
}
