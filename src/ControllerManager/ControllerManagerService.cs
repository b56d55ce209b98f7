using MiniK8s.ControllerManager.Loops;
using MiniK8s.Hosting.Health;

namespace MiniK8s.ControllerManager;

/// <summary>Runs the watches, and the controllers once the watches are complete.</summary>
internal sealed partial class ControllerManagerService(
    IEnumerable<IController> controllers, InformerSet informers, ProcessHealth health, ILogger<ControllerManagerService> logger) : BackgroundService
{
    private const string Gate = "cache-sync";
    private readonly IReadOnlyList<IController> _controllers = [.. controllers];

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        health.Close(Gate, "the first lists have not come");
        return Task.WhenAll(informers.RunAsync(stoppingToken), RunControllersAsync(informers.Synced, stoppingToken));
    }

    private async Task RunControllersAsync(Task synced, CancellationToken stopping)
    {
        await synced.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested) return;
        health.Open(Gate);
        LogStarted(logger, _controllers.Count);
        await Task.WhenAll(_controllers.Select(controller => controller.RunAsync(stopping)));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The watches are complete, {Count} controllers run")]
    private static partial void LogStarted(ILogger logger, int count);
}
