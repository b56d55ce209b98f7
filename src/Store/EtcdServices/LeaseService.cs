using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's Lease service, not built yet: keys of this store never expire, and a put that names a lease is refused.</summary>
internal sealed class LeaseService(ResponseHeaders headers) : Lease.LeaseBase
{
    /// <summary>The leases that exist: none.</summary>
    public override Task<LeaseLeasesResponse> LeaseLeases(LeaseLeasesRequest request, ServerCallContext context) =>
        Task.FromResult(new LeaseLeasesResponse { Header = headers.Complete() });

    /// <inheritdoc />
    public override Task<LeaseGrantResponse> LeaseGrant(LeaseGrantRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Lease.LeaseGrant").ToException();

    /// <inheritdoc />
    public override Task<LeaseRevokeResponse> LeaseRevoke(LeaseRevokeRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Lease.LeaseRevoke").ToException();

    /// <inheritdoc />
    public override Task<LeaseTimeToLiveResponse> LeaseTimeToLive(LeaseTimeToLiveRequest request, ServerCallContext context) => throw EtcdErrors.NotBuilt("Lease.LeaseTimeToLive").ToException();

    /// <inheritdoc />
    public override Task LeaseKeepAlive(IAsyncStreamReader<LeaseKeepAliveRequest> requestStream, IServerStreamWriter<LeaseKeepAliveResponse> responseStream, ServerCallContext context) =>
        throw EtcdErrors.NotBuilt("Lease.LeaseKeepAlive").ToException();
}
