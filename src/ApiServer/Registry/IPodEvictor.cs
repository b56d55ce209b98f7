using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.Policy.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The eviction subresource: deletes a Pod as far as disruption budgets allow it.</summary>
internal interface IPodEvictor
{
    /// <summary>Deletes, or begins to; answers Status Success.</summary>
    Task<Status> EvictAsync(RequestContext request, string ns, string podName, Eviction eviction, CreateOptions options, CancellationToken ct);
}
