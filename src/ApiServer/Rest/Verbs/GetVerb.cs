using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Parameters;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Reads one object; its status is part of it, so the subresource reads the same.</summary>
internal sealed class GetVerb : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct) =>
        new Answer.Object(await request.Registry.GetAsync(
            request.Context, request.Namespace, request.Name, RequestOptions.Get(request.Query), ct));
}
