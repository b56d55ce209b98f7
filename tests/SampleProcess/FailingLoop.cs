namespace MiniK8s.SampleProcess;

internal sealed class FailingLoop : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        throw new InvalidOperationException("this loop was told to fail");
    }
}
