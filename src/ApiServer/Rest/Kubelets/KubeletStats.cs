using System.Collections.Concurrent;

using Grpc.Core;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Metrics;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Kubelets;

/// <summary>Asks kubelets what their nodes use; each has 10 s, as metrics-server gives them.</summary>
internal sealed class KubeletStats(NodeKubelets kubelets, TimeProvider time) : IKubeletStats
{
    private const int AtOnce = 32;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, StatsResponse>> ReadAsync(RequestContext request, IEnumerable<string> nodes, CancellationToken ct)
    {
        var told = new ConcurrentDictionary<string, StatsResponse>();
        await Parallel.ForEachAsync(nodes, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (node, stop) =>
        {
            if (await ReadAsync(request, node, stop) is { } stats) told[node] = stats;
        });
        return told;
    }

    /// <inheritdoc/>
    public async Task<StatsResponse?> ReadAsync(RequestContext request, string node, CancellationToken ct)
    {
        try
        {
            var (_, kubelet) = await kubelets.OfAsync(request, node, ct);
            return await kubelet.StatsAsync(new StatsRequest { Node = node }, deadline: (time.GetUtcNow() + Patience).UtcDateTime, cancellationToken: ct);
        }
        catch (Exception ex) when (ex is RpcException or ApiException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }
}
