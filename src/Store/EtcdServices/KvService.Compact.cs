using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class KvService
{
    /// <summary>Gives up history before a revision. Memory is free at once; the log follows in the background.</summary>
    public override async Task<CompactionResponse> Compact(CompactionRequest request, ServerCallContext context)
    {
        var response = await CommitAsync<CompactionResponse>(request, context.CancellationToken);
        headers.Complete(response.Header);
        return response;
    }
}
