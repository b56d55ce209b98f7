using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Bodies;
using MiniK8s.ApiServer.Rest.Parameters;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Deletes what the selectors choose of a collection, and tells what that was.</summary>
internal sealed class DeleteCollectionVerb : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var options = await DeleteBody.ReadAsync(request, ct);
        return new Answer.List(await request.Registry.DeleteCollectionAsync(
            request.Context, request.Namespace, options, RequestOptions.List(request.Query), ct));
    }
}
