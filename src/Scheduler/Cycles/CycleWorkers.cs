using System.Threading.Channels;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Does the cycles' writes beside the loop that decides. When too many wait, the loop waits; those of pods that have waited for permission come in between.</summary>
internal sealed partial class CycleWorkers(ILogger<CycleWorkers> logger)
{
    private const int Workers = 16;
    private const int QueueLimit = 64;

    private readonly Channel<Func<CancellationToken, Task>> _writes =
        Channel.CreateBounded<Func<CancellationToken, Task>>(QueueLimit);

    // No more than pods that wait for permission: whoever gives it must not wait.
    private readonly Channel<Func<CancellationToken, Task>> _permitted =
        Channel.CreateUnbounded<Func<CancellationToken, Task>>(new UnboundedChannelOptions { SingleReader = true });

    public ValueTask AddAsync(Func<CancellationToken, Task> write, CancellationToken ct) => _writes.Writer.WriteAsync(write, ct);

    /// <summary>The same for a pod that has waited for permission: never waits itself.</summary>
    public void AddPermitted(Func<CancellationToken, Task> write) => _permitted.Writer.TryWrite(write);

    /// <summary>Runs until stopped. A write that fails unexpectedly is logged; it has answered for its pod itself.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(
        Enumerable.Range(0, Workers).Select(_ => EachAsync(_writes, write => RunOneAsync(write, stopping), stopping))
            .Append(EachAsync(_permitted, write => AddAsync(write, stopping).AsTask(), stopping)));

    private async Task EachAsync(
        Channel<Func<CancellationToken, Task>> writes, Func<Func<CancellationToken, Task>, Task> handle, CancellationToken stopping)
    {
        try
        {
            await foreach (var write in writes.Reader.ReadAllAsync(stopping)) await handle(write);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            LogStopped(logger);
        }
    }

    private async Task RunOneAsync(Func<CancellationToken, Task> write, CancellationToken stopping)
    {
        try
        {
            await write(stopping);
        }
        catch (Exception ex) when (!stopping.IsCancellationRequested)
        {
            LogFailed(logger, ex);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Binding worker stopped")]
    private static partial void LogStopped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "A binding cycle failed")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
