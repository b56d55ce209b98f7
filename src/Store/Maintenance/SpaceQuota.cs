using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Maintenance;

/// <summary>Refuses what would take the database past --quota-backend-bytes, and raises the NOSPACE alarm then.</summary>
/// <remarks>
/// From there on <see cref="AlarmGate"/> refuses, until someone has made room (delete, compact, defragment) and cleared the
/// alarm; clearing it without making room raises it again at the next put. The size is looked at before a write queues, so
/// the writes that were queued already may take the database a little past the quota.
/// </remarks>
internal sealed class SpaceQuota(IStorageSize size, MvccStore store, CommitPipeline pipeline, StoreOptions options)
{
    // What etcd reckons for a key's metadata, and for a lease.
    private const int KeyOverhead = 256;
    private const int LeaseOverhead = 64;
    private const long DefaultBytes = 2L << 30;

    /// <summary>The quota in bytes; <see cref="long.MaxValue"/> when there is none.</summary>
    public long Bytes { get; } = options.QuotaBackendBytes switch
    {
        0 => DefaultBytes,
        < 0 => long.MaxValue,
        var bytes => bytes,
    };

    /// <summary>Null when there is room for the request: PutRequest, TxnRequest or LeaseGrantRequest.</summary>
    public ValueTask<EtcdError?> CheckAsync(IMessage request, CancellationToken ct)
    {
        var cost = CostOf(request);
        return cost == 0 || Bytes == long.MaxValue || size.DbSize < Bytes - cost ? default : new(RefuseAsync(ct));
    }

    private async Task<EtcdError?> RefuseAsync(CancellationToken ct)
    {
        if (store.Current.Alarms.Contains(AlarmType.Nospace)) return EtcdErrors.NoSpace;
        var alarm = new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Activate, Alarm = AlarmType.Nospace };
        var outcome = await pipeline.CommitAsync(alarm, ct);
        return outcome.Error ?? EtcdErrors.NoSpace;
    }

    private static int CostOf(IMessage request) => request switch
    {
        PutRequest put => CostOf(put),
        TxnRequest txn => int.Max(CostOf(txn.Success), CostOf(txn.Failure)),
        LeaseGrantRequest => LeaseOverhead,
        _ => throw new ArgumentException($"{request.Descriptor.Name} has no cost.", nameof(request)),
    };

    private static int CostOf(PutRequest put) => KeyOverhead + put.Key.Length + put.Value.Length;

    private static int CostOf(IEnumerable<RequestOp> branch) => branch.Sum(op => op.RequestPut is { } put ? CostOf(put) : 0);
}
