using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class KvService
{
    /// <summary>Reads keys as of now or of an older revision, from one snapshot.</summary>
    public override Task<RangeResponse> Range(RangeRequest request, ServerCallContext context)
    {
        ThrowIf(RequestChecks.Check(request));
        var outcome = store.Range(request);
        if (outcome.IsRefused) throw outcome.Error.ToException();
        headers.Complete(outcome.Value.Header);
        return Task.FromResult(outcome.Value);
    }
}
