using MiniK8s.Api.Codecs;
using MiniK8s.Api.Errors;
using MiniK8s.Api.Patches;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Bodies;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.ApiServer.Rest.Verbs;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Rest.Patching;

/// <summary>Changes part of an object. The registry applies the patch to the newest state, and again when another write came between.</summary>
internal sealed class PatchVerb : IVerb
{
    private static readonly string[] Accepted = [MediaTypes.JsonPatch, MediaTypes.MergePatch, MediaTypes.StrategicMergePatch];

    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var type = TypeOf(request.Http.Request.ContentType);
        var options = RequestOptions.Patch(request.Query);
        var patch = await RequestBody.ReadAsync(request.Http.Request, ct);
        IReadOnlyList<string> objections = [];

        var result = await request.Registry.UpdateAsync(
            request.Context, request.Namespace, request.Name, request.Path.Subresource, Transform, options, ct);
        if (options.FieldValidation != "Ignore") foreach (var objection in objections) request.Context.Warnings.Add(objection);
        return new Answer.Object(result.Object, result.Created ? 201 : 200);

        IApiObject Transform(IApiObject? current)
        {
            if (current is null) throw StatusErrors.NotFound(request.Kind.GroupResource, request.Name);

            (var patched, objections) = ObjectPatch.Apply(type, patch, current);
            if (objections.Count > 0 && options.FieldValidation == "Strict") throw ObjectPatch.StrictError(patched, objections);
            return patched;
        }
    }

    private static PatchType TypeOf(string? contentType) => MediaTypes.WithoutParameters(contentType ?? "") switch
    {
        MediaTypes.JsonPatch => PatchType.Json,
        MediaTypes.MergePatch => PatchType.Merge,
        MediaTypes.StrategicMergePatch => PatchType.StrategicMerge,
        _ => throw StatusErrors.UnsupportedMediaType(Accepted),
    };
}
