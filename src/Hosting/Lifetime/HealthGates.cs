using Microsoft.Extensions.Hosting;
using MiniK8s.Hosting.Health;

namespace MiniK8s.Hosting.Lifetime;

/// <summary>The host's own two gates: startup opens when all ports listen, shutdown closes when stopping begins.</summary>
internal sealed class HealthGates(ProcessHealth health, IHostApplicationLifetime lifetime) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken)
    {
        lifetime.ApplicationStopping.Register(() => health.Close("shutdown", "stopping"));
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        health.Open("startup");
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
