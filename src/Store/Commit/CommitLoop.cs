using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Commit;

/// <summary>Gives the pipeline its thread, from recovery to the end of the process.</summary>
/// <remarks>
/// Started before the ports open and stopped after they closed, so every accepted write is answered. A pipeline that fails
/// ends the process: after a failed sync nobody knows what is on disk until the log is read again.
/// </remarks>
internal sealed partial class CommitLoop(
    CommitPipeline pipeline, MvccStore store, WatchHub watches, IHostApplicationLifetime lifetime, ILogger<CommitLoop> logger) : IHostedService
{
    private Task _running = Task.CompletedTask;

    /// <inheritdoc />
    public Task StartAsync(CancellationToken cancellationToken)
    {
        watches.StartAt(store.Current.Revision);
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task StopAsync(CancellationToken cancellationToken)
    {
        pipeline.Complete();
        return _running;
    }

    private void Run()
    {
        try
        {
            pipeline.Run();
        }
        catch (Exception ex)
        {
            LogFailed(logger, ex);
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The log cannot be written; stopping. Writes in flight are in if the log holds them")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
