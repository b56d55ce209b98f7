using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class KvService
{
    /// <summary>Writes one key; takes one revision.</summary>
    public override async Task<PutResponse> Put(PutRequest request, ServerCallContext context)
    {
        ThrowIf(await quota.CheckAsync(request, context.CancellationToken));
        ThrowIf(RequestChecks.Check(request));
        var response = (await CommitAsync(request, context.CancellationToken)).As<PutResponse>();
        headers.Complete(response.Header);
        return response;
    }
}
