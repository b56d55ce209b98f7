using Grpc.Core;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.EtcdServices;

internal sealed partial class MaintenanceService
{
    /// <summary>
    /// Gives the backend's free pages back to the file system. Reads and writes go on meanwhile; a second call waits for the first.
    /// What compaction freed in log segments that are not settled yet comes back when they are.
    /// </summary>
    public override async Task<DefragmentResponse> Defragment(DefragmentRequest request, ServerCallContext context)
    {
        var before = size.DbSize;
        // Blocks for as long as the disk takes: on a thread of the pool that no call waits for.
        await Task.Run(settler.Defragment, context.CancellationToken);
        LogDefragmented(logger, before, size.DbSize);
        return new DefragmentResponse();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Defragmented: {Before} bytes before, {After} after")]
    private static partial void LogDefragmented(ILogger logger, long before, long after);
}
