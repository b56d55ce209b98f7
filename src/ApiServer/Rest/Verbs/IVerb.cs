using MiniK8s.ApiServer.Rest.Answers;

namespace MiniK8s.ApiServer.Rest.Verbs;

/// <summary>One verb on resources: reads its options and body, asks the registry, gives what came of it.</summary>
internal interface IVerb
{
    /// <summary>Throws <see cref="MiniK8s.Api.Errors.ApiException"/> for every refusal.</summary>
    Task<Answer> RunAsync(ResourceRequest request, CancellationToken ct);
}
