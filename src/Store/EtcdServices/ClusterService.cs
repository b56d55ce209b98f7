using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's Cluster service for a cluster that has one member and keeps it.</summary>
internal sealed class ClusterService(ResponseHeaders headers, Identity identity) : Cluster.ClusterBase
{
    /// <summary>The one member, at the address by which the caller reached it. Whether linearizable or not is the same here.</summary>
    public override Task<MemberListResponse> MemberList(MemberListRequest request, ServerCallContext context)
    {
        var scheme = context.GetHttpContext().Request.Scheme;
        var member = new Member { ID = identity.MemberId, Name = "store" };
        member.ClientURLs.Add($"{scheme}://{SchemeInAuthority.Strip(context.Host)}");
        // As etcd: the header of this service bears no revision.
        return Task.FromResult(new MemberListResponse { Header = headers.Sign(new ResponseHeader()), Members = { member } });
    }

    /// <summary>Not built: the store has one member.</summary>
    public override Task<MemberAddResponse> MemberAdd(MemberAddRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Cluster.MemberAdd").ToException();

    /// <summary>Always refused: nobody but the last member is here.</summary>
    public override Task<MemberRemoveResponse> MemberRemove(MemberRemoveRequest request, ServerCallContext context) =>
        throw (IsMe(request.ID) ? EtcdErrors.NotEnoughStarted : EtcdErrors.MemberNotFound).ToException();

    /// <summary>Always refused: the one member has no peers to tell another address.</summary>
    public override Task<MemberUpdateResponse> MemberUpdate(MemberUpdateRequest request, ServerCallContext context) =>
        throw (IsMe(request.ID) ? EtcdErrors.NotBuilt("Cluster.MemberUpdate") : EtcdErrors.MemberNotFound).ToException();

    /// <summary>Always refused: the one member votes already.</summary>
    public override Task<MemberPromoteResponse> MemberPromote(MemberPromoteRequest request, ServerCallContext context) =>
        throw (IsMe(request.ID) ? EtcdErrors.MemberNotLearner : EtcdErrors.MemberNotFound).ToException();

    private bool IsMe(ulong member) => member == identity.MemberId;
}
