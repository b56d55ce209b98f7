using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Bodies;
using MiniK8s.ApiServer.Rest.Parameters;
using MiniK8s.Protocol.Policy.V1;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>Evicts a pod.</summary>
internal sealed class EvictVerb(IPodEvictor evictor) : IVerb
{
    public async Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct)
    {
        var options = RequestOptions.Create(request.Query);
        var eviction = (Eviction)await ObjectBody.ReadAsync(request, new("policy/v1", "Eviction"), Eviction.Descriptor, options.FieldValidation, ct);
        return new Answer.Outcome(await evictor.EvictAsync(request.Context, request.Namespace, request.Name, eviction, options, ct), 201);
    }
}
