using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Registry.Metrics;

/// <summary>What kubelets tell of the use of their nodes.</summary>
internal interface IKubeletStats
{
    /// <summary>Of several nodes at once, by name; without those that do not tell.</summary>
    Task<IReadOnlyDictionary<string, StatsResponse>> ReadAsync(RequestContext request, IEnumerable<string> nodes, CancellationToken ct);

    /// <summary>Of one node; null when it does not tell.</summary>
    Task<StatsResponse?> ReadAsync(RequestContext request, string node, CancellationToken ct);
}
