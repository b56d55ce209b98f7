using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Bodies;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Deletes one object, or begins to.</summary>
/// <remarks>
/// Pods and namespaces are answered as objects, in their last state; so is anything that lives on until its finalizers are gone. Whatever
/// else is gone is answered with a Status that bears its uid.
/// </remarks>
internal sealed class DeleteVerb : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var options = await DeleteBody.ReadAsync(request, ct);
        var result = await request.Registry.DeleteAsync(request.Context, request.Namespace, request.Name, options, ct);
        var code = !result.Removed && options is { HasOrphanDependents: true, OrphanDependents: false } ? 202 : 200;
        return AnswersObject(request, result)
            ? new Answer.Object(result.Object, code)
            : new Answer.Outcome(StatusErrors.Succeeded(request.Kind.GroupResource, request.Name, result.Object.Metadata.Uid), code);
    }

    private static bool AnswersObject(ResourceRequest request, DeleteResult result) =>
        !result.Removed || request.Kind is { Group: "", Plural: "pods" or "namespaces" };
}
