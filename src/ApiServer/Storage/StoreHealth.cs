using MiniK8s.Api.Errors;
using MiniK8s.Hosting.Health;

namespace MiniK8s.ApiServer.Storage;

/// <summary>Asks the store every second whether it answers, and opens or closes the readiness gate "etcd".</summary>
internal sealed class StoreHealth(IKeyValueStore store, ProcessHealth health, TimeProvider time) : BackgroundService
{
    private const string Gate = "etcd";
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        health.Close(Gate, "not asked yet");
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await AskAsync(stoppingToken);
            await Task.Delay(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task AskAsync(CancellationToken stopping)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            await store.RangeAsync(StoreRange.One(StoreKeys.Root) with { CountOnly = true }, either.Token);
            health.Open(Gate);
        }
        catch (OperationCanceledException)
        {
            health.Close(Gate, "the store does not answer");
        }
        catch (ApiException ex)
        {
            health.Close(Gate, ex.Message);
        }
    }
}
