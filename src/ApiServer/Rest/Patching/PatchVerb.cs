using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Patches;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Bodies;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.ApiServer.Rest.Verbs;

namespace MiniK8s.ApiServer.Rest.Patching;

/// <summary>Changes part of an object; an apply may also create it.</summary>
internal sealed class PatchVerb(ObjectPatching patching) : IVerb
{
    private static readonly string[] Accepted = [MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch, MediaTypes.ApplyPatch];

    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var type = TypeOf(request.Http.Request.ContentType);
        var patch = await RequestBody.ReadAsync(request.Http.Request, ct);
        var options = RequestOptions.Patch(request.Query, isApply: type == PatchType.Apply);
        var target = new PatchTarget(request.Namespace, request.Name, request.Path.Subresource);
        var result = await patching.PatchAsync(request.Registry, request.Context, target, type, patch, options, ct);
        return new Answer.Object(result.Object, result.Created ? 201 : 200);
    }

    private static PatchType TypeOf(string? contentType) => MediaTypes.WithoutParameters(contentType ?? "") switch
    {
        MediaTypes.JsonPatch => PatchType.Json,
        MediaTypes.MergePatch => PatchType.Merge,
        MediaTypes.StrategicMergePatch => PatchType.StrategicMerge,
        MediaTypes.ApplyPatch => PatchType.Apply,
        _ => throw StatusErrors.UnsupportedMediaType(Accepted),
    };
}
