using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Backend;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's Maintenance service. One file per verb; this one holds those that a single member has little to say to.</summary>
internal sealed partial class MaintenanceService(
    MvccStore store,
    CommitPipeline pipeline,
    IStorageSize size,
    Settler settler,
    Defragmenter defragmenter,
    ResponseHeaders headers,
    Identity identity,
    ILogger<MaintenanceService> logger)
    : Protocol.Etcd.Maintenance.MaintenanceBase
{
    /// <summary>The etcd version whose API and behaviour this store follows.</summary>
    public const string EtcdVersion = "3.5.17";

    /// <summary>Done at once when the leader is to move to where it is; there is nobody else.</summary>
    public override Task<MoveLeaderResponse> MoveLeader(MoveLeaderRequest request, ServerCallContext context)
    {
        if (request.TargetID != identity.MemberId) throw EtcdErrors.BadLeaderTransferee.ToException();
        return Task.FromResult(new MoveLeaderResponse());
    }

    /// <summary>Not built: the files of this store know no older version.</summary>
    public override Task<DowngradeResponse> Downgrade(DowngradeRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Maintenance.Downgrade").ToException();
}
