using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Bodies;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Gives a pod its node. The pod's name stands in the path, or, for <c>.../bindings</c>, only in the body.</summary>
internal sealed class BindVerb(IPodBinder binder) : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var options = RequestOptions.Create(request.Query);
        var binding = (Binding)await ObjectBody.ReadAsync(
            request, new("v1", "Binding"), Binding.Descriptor, options.FieldValidation, ct);
        var name = request.Name.Length > 0 ? request.Name : binding.Metadata.Name;
        if (binding.Metadata.Name.Length > 0 && binding.Metadata.Name != name)
            throw StatusErrors.BadRequest("name in URL does not match name in Binding object");

        var status = await binder.BindAsync(request.Context, request.Namespace, name, binding, options, ct);
        return new Answer.Outcome(status, 201);
    }
}
