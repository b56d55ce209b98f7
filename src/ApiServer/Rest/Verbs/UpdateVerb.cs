using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Bodies;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.Protocol;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Replaces an object or one of its subresources.</summary>
internal sealed class UpdateVerb : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var options = RequestOptions.Update(request.Query);
        var body = await ObjectBody.ReadAsync(request, options.FieldValidation, ct);
        CheckNames(request, body);

        var result = await request.Registry.UpdateAsync(
            request.Context, request.Namespace, request.Name, request.Path.Subresource, _ => body, options, ct);
        return new Answer.Object(result.Object, result.Created ? 201 : 200);
    }

    private static void CheckNames(ResourceRequest request, IApiObject body)
    {
        var metadata = body.Metadata;
        if (metadata.Name != request.Name)
            throw StatusErrors.BadRequest($"the name of the object ({metadata.Name}) does not match the name on the URL ({request.Name})");
        if (metadata.Namespace.Length == 0) metadata.Namespace = request.Namespace;
        if (request.Kind.Namespaced && metadata.Namespace != request.Namespace)
            throw StatusErrors.BadRequest(
                $"the namespace of the object ({metadata.Namespace}) does not match the namespace on the request ({request.Namespace})");
    }
}
