using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class LeaseService
{
    /// <summary>Answers each sign of life, in order, with the TTL that begins anew; 0 when there is no such lease. Ends with the requests.</summary>
    public override async Task LeaseKeepAlive(
        IAsyncStreamReader<LeaseKeepAliveRequest> requestStream, IServerStreamWriter<LeaseKeepAliveResponse> responseStream, ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var id = requestStream.Current.ID;
            // The header first: a revocation that the answer says nothing of must not have a revision that the answer covers.
            var header = headers.Complete();
            var ttl = await deadlines.KeepAliveAsync(id, context.CancellationToken);
            await responseStream.WriteAsync(new LeaseKeepAliveResponse { Header = header, ID = id, TTL = ttl }, context.CancellationToken);
        }
    }
}
