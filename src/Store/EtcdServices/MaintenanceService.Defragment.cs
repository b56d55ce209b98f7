using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class MaintenanceService
{
    /// <summary>
    /// Makes the files as short as what can still be read: with compaction before and <c>alarm disarm</c> after it, a store over its quota works again.
    /// Reads and writes go on meanwhile; a second call waits for the first, and for snapshots that are being sent, as with etcd.
    /// </summary>
    public override async Task<DefragmentResponse> Defragment(DefragmentRequest request, ServerCallContext context)
    {
        var before = size.DbSize;
        if (await defragmenter.DefragmentAsync(context.CancellationToken) is { } refusal) throw refusal.ToException();
        LogDefragmented(logger, before, size.DbSize);
        return new DefragmentResponse();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Defragmented: {Before} bytes before, {After} after")]
    private static partial void LogDefragmented(ILogger logger, long before, long after);
}
