using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class KvService
{
    /// <summary>Compares, then does one of two lists of operations, all under one revision or none.</summary>
    public override async Task<TxnResponse> Txn(TxnRequest request, ServerCallContext context)
    {
        ThrowIf(RequestChecks.Check(request, options.MaxTxnOps));
        var response = IsReadOnly(request) ? Read(request) : await CommitAsync<TxnResponse>(request, context.CancellationToken);
        headers.Complete(response.Header);
        return response;
    }

    private static bool IsReadOnly(TxnRequest request) =>
        request.Success.Concat(request.Failure).All(op => op.RequestCase == RequestOp.RequestOneofCase.RequestRange);

    // A batch that only reads needs neither the writer nor the disk.
    private TxnResponse Read(TxnRequest request)
    {
        var outcome = store.Stage().Apply(request);
        return outcome.IsRefused ? throw outcome.Error.ToException() : (TxnResponse)outcome.Value;
    }
}
