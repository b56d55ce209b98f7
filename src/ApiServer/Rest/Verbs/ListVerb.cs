using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Parameters;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Reads a collection.</summary>
internal sealed class ListVerb : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct) =>
        new Answer.List(await request.Registry.ListAsync(request.Context, request.Namespace, RequestOptions.List(request.Query), ct));
}
