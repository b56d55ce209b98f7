using System.Threading.Channels;

using Microsoft.Extensions.Logging;

using MiniK8s.Protocol;

namespace MiniK8s.Client.Informers;

// One handler's changes, waiting. When it is full the informer waits; a server that is then left unread ends the watch, and the relist tells
// only the difference.
internal sealed partial class HandlerQueue<T>(IInformerHandler<T> handler, int limit, ILogger logger)
    where T : class, IApiObject
{
    private readonly Channel<Action<IInformerHandler<T>>> _changes = Channel.CreateBounded<Action<IInformerHandler<T>>>(
        new BoundedChannelOptions(limit) { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Done when the handler has been told everything of the first list.
    public Task Synced => _synced.Task;

    public ValueTask AddAsync(Action<IInformerHandler<T>> change, CancellationToken ct) => _changes.Writer.WriteAsync(change, ct);

    public ValueTask MarkSyncedAsync(CancellationToken ct) => AddAsync(_ => _synced.TrySetResult(), ct);

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var change in _changes.Reader.ReadAllAsync(stopping)) Tell(change);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            _synced.TrySetCanceled(stopping);
        }
    }

    private void Tell(Action<IInformerHandler<T>> change)
    {
        try
        {
            change(handler);
        }
        catch (Exception ex)
        {
            LogHandlerFailed(logger, typeof(T).Name, ex);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Kind}: a handler failed, the change is lost to it")]
    private static partial void LogHandlerFailed(ILogger logger, string kind, Exception exception);
}
