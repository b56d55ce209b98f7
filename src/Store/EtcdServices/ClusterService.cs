using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's Cluster service for a cluster that has one member and keeps it.</summary>
internal sealed class ClusterService(ResponseHeaders headers, Identity identity) : Cluster.ClusterBase
{
    /// <summary>The one member, at the address by which the caller reached it.</summary>
    public override Task<MemberListResponse> MemberList(MemberListRequest request, ServerCallContext context)
    {
        var member = new Member { ID = identity.MemberId, Name = "store" };
        member.ClientURLs.Add($"http://{context.Host}");
        return Task.FromResult(new MemberListResponse { Header = headers.Complete(), Members = { member } });
    }

    /// <inheritdoc />
    public override Task<MemberAddResponse> MemberAdd(MemberAddRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Cluster.MemberAdd").ToException();

    /// <inheritdoc />
    public override Task<MemberRemoveResponse> MemberRemove(MemberRemoveRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Cluster.MemberRemove").ToException();

    /// <inheritdoc />
    public override Task<MemberUpdateResponse> MemberUpdate(MemberUpdateRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Cluster.MemberUpdate").ToException();

    /// <inheritdoc />
    public override Task<MemberPromoteResponse> MemberPromote(MemberPromoteRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Cluster.MemberPromote").ToException();
}
