using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class MaintenanceService
{
    /// <summary>A checksum of everything the store holds at its newest revision.</summary>
    public override Task<HashResponse> Hash(HashRequest request, ServerCallContext context)
    {
        var (revision, hash) = store.Read(snapshot => (snapshot.Revision, StoreHash.OfEverything(snapshot)));
        return Task.FromResult(new HashResponse { Header = headers.Complete(new ResponseHeader { Revision = revision }), Hash = hash });
    }

    /// <summary>A checksum of the history from the compact revision to the one asked for; 0 asks for the newest.</summary>
    public override Task<HashKVResponse> HashKV(HashKVRequest request, ServerCallContext context) =>
        Task.FromResult(store.Read(snapshot => HashKV(request, snapshot)));

    private HashKVResponse HashKV(HashKVRequest request, MvccSnapshot snapshot)
    {
        if (request.Revision > 0 && request.Revision < snapshot.CompactRevision) throw EtcdErrors.Compacted.ToException();
        if (request.Revision > snapshot.Revision) throw EtcdErrors.FutureRevision.ToException();

        var revision = request.Revision == 0 ? snapshot.Revision : request.Revision;
        return new HashKVResponse
        {
            Header = headers.Complete(new ResponseHeader { Revision = snapshot.Revision }),
            Hash = StoreHash.OfHistory(snapshot, revision),
            CompactRevision = snapshot.CompactRevision,
            HashRevision = revision,
        };
    }
}
