using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class KvService
{
    /// <summary>Deletes keys; takes one revision if there was anything to delete.</summary>
    public override async Task<DeleteRangeResponse> DeleteRange(DeleteRangeRequest request, ServerCallContext context)
    {
        ThrowIf(RequestChecks.Check(request));
        var response = (await CommitAsync(request, context.CancellationToken)).As<DeleteRangeResponse>();
        headers.Complete(response.Header);
        return response;
    }
}
