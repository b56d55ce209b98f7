using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class KvService
{
    /// <summary>Compares, then does one of two lists of operations, all under one revision or none.</summary>
    public override async Task<TxnResponse> Txn(TxnRequest request, ServerCallContext context)
    {
        ThrowIf(await quota.CheckAsync(request, context.CancellationToken));
        ThrowIf(RequestChecks.Check(request, options.MaxTxnOps));
        var response = AlarmGate.OnlyReads(request) ? Read(request) : await CommitAsync<TxnResponse>(request, context.CancellationToken);
        headers.Complete(response.Header);
        return response;
    }

    // A batch that only reads needs neither the writer nor the disk.
    private TxnResponse Read(TxnRequest request)
    {
        var outcome = store.Read(snapshot => new StagedBatch(snapshot).Apply(request));
        return outcome.IsRefused ? throw outcome.Error.ToException() : (TxnResponse)outcome.Value;
    }
}
