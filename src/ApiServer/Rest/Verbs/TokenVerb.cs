using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Bodies;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.Protocol.Authentication.V1;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Makes a token of a service account.</summary>
internal sealed class TokenVerb(ITokenRequests tokens) : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var options = RequestOptions.Create(request.Query);
        var kind = SubresourceKinds.TokenRequest;
        var wanted = (TokenRequest)await ObjectBody.ReadAsync(request, kind.TypeMeta, kind.Descriptor, options.FieldValidation, ct);
        return new Answer.Object(await tokens.IssueAsync(request.Context, request.Namespace, request.Name, wanted, options, ct), 201);
    }
}
