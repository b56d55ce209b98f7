using Microsoft.Extensions.DependencyInjection;

using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.LeaderElection;
using MiniK8s.Client.Resources;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Hosting.Health;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Framework;

namespace MiniK8s.Scheduler.Tests;

public sealed class SchedulerServiceTests : IAsyncLifetime
{
    private readonly FakeApiClient _api = new();
    private readonly FaultyRecorder _events = new();
    private ServiceProvider _services = null!;

    public Task InitializeAsync()
    {
        _services = new ServiceCollection()
            .AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IApiClient>(_api)
            .AddSingleton<InformerOptions>()
            .AddSingleton(provider => ActivatorUtilities.CreateInstance<InformerFactory>(provider, new Random()))
            .AddSingleton<IEventRecorder>(_events)
            .AddSingleton<ClusterObjects>()
            .AddSingleton<IClusterObjects>(provider => provider.GetRequiredService<ClusterObjects>())
            .AddScheduling(SchedulerConfiguration.Default("default-scheduler"))
            .AddSingleton(new LeaderElectionOptions { LeaderElect = false })
            .AddLeaderElection("kube-scheduler")
            .AddSingleton<ProcessHealth>()
            .AddSingleton<SchedulerService>()
            .BuildServiceProvider();
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await _services.DisposeAsync();

    // The host ends the process for it: an orderly stop, with exit code 1.
    [Fact]
    public async Task Execute_LoopFailsWhileItsWorkersRun_FailsWithIt()
    {
        _api.Put(A.Node());
        _api.Put(A.Pod().Deleted());
        var service = _services.GetRequiredService<SchedulerService>();

        await service.StartAsync(CancellationToken.None);

        var failure = await Assert.ThrowsAsync<NotSupportedException>(() => service.ExecuteTask!.OrMissing("the service's end"));
        Assert.Equal("no events today", failure.Message);
    }

    [Fact]
    public async Task Execute_Stopped_EndsQuietly()
    {
        _api.Put(A.Node());
        _api.Put(A.Pod());
        _events.Fails = false;
        var service = _services.GetRequiredService<SchedulerService>();
        await service.StartAsync(CancellationToken.None);
        Assert.Equal("bind default/web to n1", await _api.Writes.Reader.ReadAsync().AsTask().OrMissing("the binding"));

        await service.StopAsync(CancellationToken.None);

        Assert.True(service.ExecuteTask!.IsCompletedSuccessfully);
    }

    // What the loop itself does not expect to fail.
    private sealed class FaultyRecorder : IEventRecorder
    {
        public bool Fails { get; set; } = true;

        public IEventRecorder As(string component) => Fails ? throw new NotSupportedException("no events today") : this;

        public void Record(ObjectReference regarding, string type, string reason, string message, string action, IReadOnlyDictionary<string, string>? annotations)
        {
        }
    }
}
