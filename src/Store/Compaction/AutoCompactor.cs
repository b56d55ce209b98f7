using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Compaction;

/// <summary>Compacts the store by itself, when --auto-compaction-retention says so. Off by default, as in etcd.</summary>
/// <remarks>
/// A store under an apiserver needs none of this: the apiserver compacts it every 5 minutes. It is for stores that
/// nobody looks after. Both at once do no harm: what is compacted already counts as done.
/// </remarks>
internal sealed partial class AutoCompactor(
    MvccStore store, CommitPipeline pipeline, StoreOptions options, TimeProvider time, ILogger<AutoCompactor> logger)
    : BackgroundService
{
    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (CompactionSchedule.Of(options.AutoCompactionMode, options.AutoCompactionRetention) is not { } schedule) return;
        var began = time.GetTimestamp();
        for (var isFirst = true; !stoppingToken.IsCancellationRequested; isFirst = false)
        {
            var sinceStart = isFirst ? TimeSpan.Zero : time.GetElapsedTime(began);
            if (schedule.Look(store.Current.Revision, sinceStart) is { } revision
                && await CompactAsync(revision, stoppingToken)) schedule.Compacted(sinceStart);
            await Task.Delay(schedule.Interval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<bool> CompactAsync(long revision, CancellationToken ct)
    {
        var outcome = await pipeline.CommitAsync(new CompactionRequest { Revision = revision }, ct);
        if (outcome.Error is { } error && error != EtcdErrors.Compacted)
        {
            LogFailed(logger, revision, error.Text);
            return false;
        }
        LogCompacted(logger, revision);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Compacted by itself at revision {Revision}")]
    private static partial void LogCompacted(ILogger logger, long revision);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not compact by itself at revision {Revision}: {Reason}; tries again at the next look")]
    private static partial void LogFailed(ILogger logger, long revision, string reason);
}
