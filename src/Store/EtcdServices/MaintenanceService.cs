using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's Maintenance service, as far as tools need it: status, and alarms, of which there are none.</summary>
internal sealed class MaintenanceService(ResponseHeaders headers, Identity identity, WriteAheadLog log) : Maintenance.MaintenanceBase
{
    /// <summary>The etcd version whose API and behaviour this store follows.</summary>
    public const string EtcdVersion = "3.5.17";

    /// <summary>Size on disk, revision and who leads: always this member.</summary>
    public override Task<StatusResponse> Status(StatusRequest request, ServerCallContext context)
    {
        var header = headers.Complete();
        return Task.FromResult(new StatusResponse
        {
            Header = header,
            Version = EtcdVersion,
            DbSize = log.Bytes,
            DbSizeInUse = log.Bytes,
            Leader = identity.MemberId,
            RaftIndex = (ulong)header.Revision,
            RaftAppliedIndex = (ulong)header.Revision,
            RaftTerm = ResponseHeaders.RaftTerm,
        });
    }

    /// <summary>Lists alarms (none), and clears what is not there. Raising one is not built.</summary>
    public override Task<AlarmResponse> Alarm(AlarmRequest request, ServerCallContext context)
    {
        if (request.Action == AlarmRequest.Types.AlarmAction.Activate) throw EtcdErrors.NotBuilt("Maintenance.Alarm ACTIVATE").ToException();
        return Task.FromResult(new AlarmResponse { Header = headers.Complete() });
    }

    /// <inheritdoc />
    public override Task<DefragmentResponse> Defragment(DefragmentRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Maintenance.Defragment").ToException();

    /// <inheritdoc />
    public override Task<HashResponse> Hash(HashRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Maintenance.Hash").ToException();

    /// <inheritdoc />
    public override Task<HashKVResponse> HashKV(HashKVRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Maintenance.HashKV").ToException();

    /// <inheritdoc />
    public override Task Snapshot(SnapshotRequest request, IServerStreamWriter<SnapshotResponse> responseStream, ServerCallContext context) =>
        throw EtcdErrors.NotBuilt("Maintenance.Snapshot").ToException();

    /// <inheritdoc />
    public override Task<MoveLeaderResponse> MoveLeader(MoveLeaderRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Maintenance.MoveLeader").ToException();

    /// <inheritdoc />
    public override Task<DowngradeResponse> Downgrade(DowngradeRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Maintenance.Downgrade").ToException();
}
