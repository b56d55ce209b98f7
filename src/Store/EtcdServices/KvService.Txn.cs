using Google.Protobuf;

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
        var outcome = AlarmGate.OnlyReads(request) ? Read(request) : await CommitAsync(request, context.CancellationToken);
        var response = outcome.As<TxnResponse>();
        headers.Complete(response.Header);
        return response;
    }

    // A batch that only reads needs neither the writer nor the disk.
    private Outcome<IMessage> Read(TxnRequest request) => store.Read(snapshot => new StagedBatch(snapshot).Apply(request));
}
