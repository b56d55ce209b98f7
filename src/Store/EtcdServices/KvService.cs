using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

/// <summary>etcd's KV service. One file per verb; this one holds what the writes share.</summary>
/// <remarks>
/// Reads answer from the published snapshot. A write is answered after it was published, so every read that starts after
/// an answer sees it: there is no difference between linearizable and serializable reads here.
/// </remarks>
internal sealed partial class KvService(
    MvccStore store, CommitPipeline pipeline, SpaceQuota quota, Defragmenter defragmenter, ResponseHeaders headers, StoreOptions options) : KV.KVBase
{
    private ValueTask<Outcome<IMessage>> CommitAsync(IMessage request, CancellationToken ct)
    {
        if (request.CalculateSize() > options.MaxRequestBytes) throw EtcdErrors.RequestTooLarge.ToException();
        return pipeline.CommitAsync(request, ct);
    }

    private static void ThrowIf(EtcdError? refusal)
    {
        if (refusal is not null) throw refusal.ToException();
    }
}
