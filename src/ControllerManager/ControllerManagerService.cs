using MiniK8s.Client.LeaderElection;
using MiniK8s.ControllerManager.Loops;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Lifetime;

namespace MiniK8s.ControllerManager;

/// <summary>Runs the watches, and the controllers once the watches are complete and it is this process's turn.</summary>
/// <remarks>One that stands by hears everything: its controllers' queues name what there is to look at, each key once, and nothing looks at it.</remarks>
internal sealed partial class ControllerManagerService(
    IEnumerable<IController> controllers, InformerSet informers, LeaderElector election, ProcessHealth health, ILogger<ControllerManagerService> logger)
    : BackgroundService
{
    private const string Gate = "cache-sync";
    private readonly IReadOnlyList<IController> _controllers = [.. controllers];

    // Here and not in ExecuteAsync, which the host starts beside the ports: for a moment the process would say that it is ready.
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        health.Close(Gate, "the first lists have not come");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Together.RunAsync([informers.RunAsync, ct => ControlAsync(informers.Synced, ct)], stoppingToken);
    }

    private async Task ControlAsync(Task synced, CancellationToken stopping)
    {
        await synced.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested) return;
        health.Open(Gate);
        await election.RunAsync(LeadAsync, stopping);
    }

    private Task LeadAsync(CancellationToken term)
    {
        LogStarted(logger, _controllers.Count);
        return Together.RunAsync([.. _controllers.Select<IController, Func<CancellationToken, Task>>(controller => controller.RunAsync)], term);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The watches are complete, {Count} controllers run")]
    private static partial void LogStarted(ILogger logger, int count);
}
