using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class KvService
{
    /// <summary>Gives up history before a revision. Memory is free at once; the log and the backend follow in the background.</summary>
    /// <remarks>
    /// With physical the answer waits for them: then what was given up is nowhere on the disk, but for segments kept by --retain-log. (Where the
    /// checksum of HashKV is concerned there is nothing to wait for: it is of what can be read, and a crash does not undo a compaction.)
    /// Should the disk refuse, the error comes after the compaction has taken place.
    /// </remarks>
    public override async Task<CompactionResponse> Compact(CompactionRequest request, ServerCallContext context)
    {
        var response = (await CommitAsync(request, context.CancellationToken)).As<CompactionResponse>();
        if (request.Physical) ThrowIf(await defragmenter.SettleAsync(context.CancellationToken));
        headers.Complete(response.Header);
        return response;
    }
}
