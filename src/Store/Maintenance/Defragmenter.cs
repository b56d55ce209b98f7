using MiniK8s.Store.Backend;
using MiniK8s.Store.Commit;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Maintenance;

/// <summary>Gives back the room of what compaction gave up, wherever it is: in the log's open segment, in sealed ones, in the backend.</summary>
/// <remarks>
/// Each call has a thread of its own, for it blocks as long as the disk takes; one runs at a time and the next waits for it. Reads go on, and
/// writes wait only while the log begins a new segment. What a snapshot that is being sent may still read is not given up before that is done.
/// Cancelling ends it before its next step; what was done until then is good.
/// </remarks>
internal sealed class Defragmenter(CommitPipeline pipeline, Settler settler)
{
    private readonly SemaphoreSlim _turn = new(1);

    /// <summary>Brings all that the log says now into the backend, so that what is compacted is nowhere any more; the file keeps its length.</summary>
    /// <returns>Null when done.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public Task<EtcdError?> SettleAsync(CancellationToken ct) => RunAsync(Settle, ct);

    /// <summary>The same, then gives the backend's free pages back to the file system.</summary>
    /// <returns>Null when done.</returns>
    /// <exception cref="IOException">The disk refused.</exception>
    public Task<EtcdError?> DefragmentAsync(CancellationToken ct) => RunAsync(Defragment, ct);

    private async Task<EtcdError?> RunAsync(Action<CancellationToken> work, CancellationToken ct)
    {
        await _turn.WaitAsync(ct);
        try
        {
            await Task.Factory.StartNew(() => work(ct), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return null;
        }
        catch (LogFullException)
        {
            return EtcdErrors.NoSpace;
        }
        catch (Exception ex) when ((ex is StoreStoppedException or ObjectDisposedException or OperationCanceledException) && !ct.IsCancellationRequested)
        {
            return EtcdErrors.Stopped;
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Defragment(CancellationToken ct)
    {
        try
        {
            Settle(ct);
        }
        catch (LogFullException)
        {
            settler.Defragment();       // may make the room for a segment that there was not
            throw;
        }
        ct.ThrowIfCancellationRequested();
        settler.Defragment();
    }

    // What is sealed already first: a full disk may have no room for a new segment before an old one is gone.
    private void Settle(CancellationToken ct)
    {
        settler.SettleNow(ct);
        pipeline.SealLog();
        settler.SettleNow(ct);
    }
}
