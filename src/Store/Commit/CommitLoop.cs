using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Commit;

/// <summary>Gives the pipeline its thread, from recovery to the end of the process.</summary>
/// <remarks>
/// Started before the ports open and stopped after they closed, so every accepted write is answered. A pipeline that fails
/// ends the process: after a failed sync nobody knows what is on disk until the log is read again.
/// </remarks>
internal sealed partial class CommitLoop(CommitPipeline pipeline, MvccStore store, WatchHub watches, ILogger<CommitLoop> logger) : BackgroundService
{
    /// <inheritdoc />
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        watches.StartAt(store.Current.Revision);
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc />
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        pipeline.Complete();
        // Its failure was reported when it happened; thrown again here it would end the host in the midst of its stop.
        if (ExecuteTask is { } running) await running.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await base.StopAsync(cancellationToken);
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run()
    {
        try
        {
            pipeline.Run();
        }
        catch (Exception ex)
        {
            LogFailed(logger, ex);
            throw;      // the host stops the process
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The log cannot be written; stopping. Writes in flight are in if the log holds them")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
