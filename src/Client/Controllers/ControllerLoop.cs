using Microsoft.Extensions.Logging;

using MiniK8s.Api.Errors;
using MiniK8s.Client.WorkQueue;

namespace MiniK8s.Client.Controllers;

/// <summary>Feeds a reconciler from a queue.</summary>
/// <remarks>
/// | the reconcile        | the key                                              |
/// |----------------------|------------------------------------------------------|
/// | returned None        | forgotten                                            |
/// | returned In(delay)   | forgotten, and back after the delay                  |
/// | met a write conflict | back after its limiter's wait, said at Debug         |
/// | threw                | back after its limiter's wait, said at Warning       |
/// </remarks>
public sealed partial class ControllerLoop<TKey>(
    string name, WorkQueue<TKey> queue, IReconciler<TKey> reconciler, int workers, ILogger<ControllerLoop<TKey>> logger)
    where TKey : notnull
{
    /// <summary>Runs the workers until stopped; a reconcile under way is cancelled, and awaited.</summary>
    public Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(stopping)));

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                var key = await queue.TakeAsync(stopping);
                await ReconcileAsync(key, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped(logger, name);
        }
    }

    private async Task ReconcileAsync(TKey key, CancellationToken stopping)
    {
        try
        {
            var requeue = await reconciler.ReconcileAsync(key, stopping);
            queue.Forget(key);
            if (requeue.After is { } delay) queue.AddAfter(key, delay);
        }
        catch (Exception ex) when (!stopping.IsCancellationRequested)
        {
            queue.AddRateLimited(key);
            if (ex is ApiException { Status.Code: 409 }) LogConflict(logger, name, key, ex.Message);
            else LogFailed(logger, name, key, queue.Requeues(key), ex.Message);
        }
        finally
        {
            queue.Done(key);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Controller}: stopped")]
    private static partial void LogStopped(ILogger logger, string controller);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Controller}: {Key} changed meanwhile, will retry: {Reason}")]
    private static partial void LogConflict(ILogger logger, string controller, TKey key, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Controller}: {Key} failed ({Failures} in a row), will retry: {Reason}")]
    private static partial void LogFailed(ILogger logger, string controller, TKey key, int failures, string reason);
}
