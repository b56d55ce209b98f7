using Google.Protobuf;

using MiniK8s.Store.Commit;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.EtcdServices;

/// <summary>Writes of calls that must be answered even when the store has stopped.</summary>
internal static class Commits
{
    /// <summary>Commits; a store that takes no more writes is a refusal like any other.</summary>
    public static async Task<Outcome<IMessage>> CommitOrStopAsync(this CommitPipeline pipeline, IMessage request, CancellationToken ct)
    {
        try
        {
            return await pipeline.CommitAsync(request, ct);
        }
        catch (StoreStoppedException)
        {
            return EtcdErrors.Stopped;
        }
    }
}
