using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Leases;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's Lease service. Grants and revocations are writes; signs of life move a deadline and leave no trace on the disk.</summary>
internal sealed partial class LeaseService(
    MvccStore store, CommitPipeline pipeline, SpaceQuota quota, LeaseDeadlines deadlines, ResponseHeaders headers) : Lease.LeaseBase
{
    /// <summary>Makes a lease; picks a positive id when none is given. Its time begins when the grant is durable.</summary>
    public override async Task<LeaseGrantResponse> LeaseGrant(LeaseGrantRequest request, ServerCallContext context)
    {
        if (await quota.CheckAsync(request, context.CancellationToken) is { } refusal) throw refusal.ToException();
        if (request.ID == 0) request.ID = PickId();
        var response = (await pipeline.CommitAsync(request, context.CancellationToken)).As<LeaseGrantResponse>();
        headers.Complete(response.Header);
        return response;
    }

    /// <summary>Ends a lease and deletes its keys, under one revision if there are any.</summary>
    public override async Task<LeaseRevokeResponse> LeaseRevoke(LeaseRevokeRequest request, ServerCallContext context)
    {
        var response = (await pipeline.CommitAsync(request, context.CancellationToken)).As<LeaseRevokeResponse>();
        headers.Complete(response.Header);
        return response;
    }

    /// <summary>Whole seconds left, the TTL granted, and the keys if asked for, in key order. A TTL of -1 says that there is no such lease.</summary>
    public override Task<LeaseTimeToLiveResponse> LeaseTimeToLive(LeaseTimeToLiveRequest request, ServerCallContext context)
    {
        var snapshot = store.Current;
        var response = new LeaseTimeToLiveResponse { Header = headers.Complete(new ResponseHeader { Revision = snapshot.Revision }), ID = request.ID, TTL = -1 };
        if (snapshot.Leases.Find(request.ID) is not { } lease) return Task.FromResult(response);

        response.TTL = (long)(deadlines.Remaining(lease.Id) ?? TimeSpan.FromSeconds(lease.Ttl)).TotalSeconds;
        response.GrantedTTL = lease.Ttl;
        if (request.Keys) response.Keys.AddRange(lease.Keys);
        return Task.FromResult(response);
    }

    /// <summary>The ids of all leases, the one with the least time left first.</summary>
    public override Task<LeaseLeasesResponse> LeaseLeases(LeaseLeasesRequest request, ServerCallContext context)
    {
        var snapshot = store.Current;
        var response = new LeaseLeasesResponse { Header = headers.Complete(new ResponseHeader { Revision = snapshot.Revision }) };
        response.Leases.AddRange(snapshot.Leases.All
            .OrderBy(lease => deadlines.Remaining(lease.Id)).ThenBy(lease => lease.Id)
            .Select(lease => new LeaseStatus { ID = lease.Id }));
        return Task.FromResult(response);
    }

    // One of 2^63: that it is taken already is less likely than any other fault, and would be refused.
    private static long PickId() => new Random().NextInt64(1, long.MaxValue);
}
