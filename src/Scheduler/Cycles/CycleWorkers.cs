using System.Threading.Channels;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>Does the cycles' writes beside the loop that decides. When too many wait, the loop waits.</summary>
internal sealed partial class CycleWorkers(ILogger<CycleWorkers> logger)
{
    private const int Workers = 16;
    private const int QueueLimit = 64;

    private readonly Channel<Func<CancellationToken, Task>> _writes =
        Channel.CreateBounded<Func<CancellationToken, Task>>(new BoundedChannelOptions(QueueLimit) { SingleWriter = true });

    public ValueTask AddAsync(Func<CancellationToken, Task> write, CancellationToken ct) => _writes.Writer.WriteAsync(write, ct);

    /// <summary>Runs until stopped. A write that fails unexpectedly is logged; it has answered for its pod itself.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => WorkAsync(stopping)));

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var write in _writes.Reader.ReadAllAsync(stopping)) await RunOneAsync(write, stopping);
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
