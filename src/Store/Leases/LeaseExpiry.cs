using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Failpoints;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Leases;

/// <summary>Ends the leases that ran out: each by a revocation of its own through the writer, as if a client had asked for it.</summary>
/// <remarks>
/// Started after recovery and before the ports open; the TTLs that a restart starts afresh begin once the ports are open, for nobody
/// could keep a lease alive before. At most <see cref="MostAtOnce"/> revocations wait for the writer at a time, so
/// that a great many leases that run out together leave room in its queue for others.
/// </remarks>
internal sealed partial class LeaseExpiry(
    LeaseDeadlines deadlines, CommitPipeline pipeline, MvccStore store, TimeProvider time, ILogger<LeaseExpiry> logger,
    IHostApplicationLifetime? lifetime = null)
    : BackgroundService
{
    /// <summary>Revocations in the writer's queue at a time.</summary>
    public const int MostAtOnce = 500;

    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        deadlines.Start(store.Current.Leases.All);
        lifetime?.ApplicationStarted.Register(deadlines.Renew);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A timer of its own: while the loop waits for a slow disk, the process is not paused.
        await using var beat = time.CreateTimer(_ => deadlines.Beat(), null, LeaseDeadlines.BeatInterval, LeaseDeadlines.BeatInterval);
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(deadlines.UntilNext(), time, stoppingToken);
            deadlines.Beat();
            if (deadlines.TakeDue(MostAtOnce) is { Count: > 0 } due) await Task.WhenAll(due.Select(id => EndAsync(id, stoppingToken)));
        }
    }

    private async Task EndAsync(long id, CancellationToken stopping)
    {
        try
        {
            await Fail.AtAsync(Failpoint.LeaseExpiry, stopping);
            var outcome = await pipeline.CommitAsync(new LeaseRevokeRequest { ID = id }, stopping);
            if (outcome.IsRefused) LogRefused(logger, id, outcome.Error.Text);
            else LogExpired(logger, id);
        }
        catch (Exception ex) when (!stopping.IsCancellationRequested)
        {
            LogFailed(logger, id, ex);
        }
        finally
        {
            deadlines.Release(id);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Lease {Lease} ran out")]
    private static partial void LogExpired(ILogger logger, long lease);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} ran out and could not be ended, will try again: {Reason}")]
    private static partial void LogRefused(ILogger logger, long lease, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Lease {Lease} ran out and could not be ended, will try again")]
    private static partial void LogFailed(ILogger logger, long lease, Exception exception);
}
