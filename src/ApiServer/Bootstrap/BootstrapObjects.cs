using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Api.Rules;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Services;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Ports;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Bootstrap;

/// <summary>Makes what every cluster has: four namespaces, two PriorityClasses, and the Service "kubernetes" with this server as its endpoint.</summary>
/// <remarks>What exists already is left alone, the endpoints excepted. It is tried again until it has succeeded; readiness waits for it,
/// and so for the caches' first list.</remarks>
internal sealed partial class BootstrapObjects(
    IResourceRegistries registries, ResourceCaches caches, ClusterIpRange addresses, PortBook ports, Hosting.ProcessOptions process, ProcessHealth health,
    IHostApplicationLifetime lifetime, TimeProvider time, ILogger<BootstrapObjects> logger) : BackgroundService
{
    private const string Gate = "bootstrap";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    /// <inheritdoc/>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        health.Close(Gate, "the bootstrap objects are not there yet");
        return base.StartAsync(cancellationToken);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await StartedAsync(stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await EnsureAllAsync(stoppingToken);
                health.Open(Gate);
                return;
            }
            catch (ApiException ex)
            {
                LogNotYet(ex.Message);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Only then are the ports' numbers known.
    private async Task StartedAsync(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onStart = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task EnsureAllAsync(CancellationToken ct)
    {
        await caches.Ready.WaitAsync(ct);
        foreach (var name in Namespaces) await EnsureAsync("", new Namespace { Metadata = new() { Name = name } }, ct);
        foreach (var priority in SystemPriorityClasses.All) await EnsureAsync("", priority.Clone(), ct);
        var labels = new Dictionary<string, string> { ["component"] = "apiserver", ["provider"] = "kubernetes" };
        var service = new Service { Metadata = new() { Name = "kubernetes", Labels = { labels } }, Spec = KubernetesService() };
        await EnsureAsync("default", service, ct);
        await PublishEndpointsAsync(ct);
    }

    private ServiceSpec KubernetesService() => new()
    {
        Type = "ClusterIP",
        ClusterIp = addresses.First,
        ClusterIps = { addresses.First },
        Ports = { new ServicePort { Name = "https", Protocol = "TCP", Port = 443, TargetPort = new() { IntVal = SecurePort } } },
    };

    private int SecurePort => ports.Numbers[ApiServerPorts.Secure];

    private async Task PublishEndpointsAsync(CancellationToken ct)
    {
        var endpoints = new Endpoints
        {
            Metadata = new() { Name = "kubernetes", Labels = { ["endpointslice.kubernetes.io/skip-mirror"] = "true" } },
            Subsets =
            {
                new EndpointSubset
                {
                    Addresses = { new EndpointAddress { Ip = process.BindAddress.ToString() } },
                    Ports = { new EndpointPort { Name = "https", Port = SecurePort, Protocol = "TCP" } },
                },
            },
        };
        await registries.Of(ApiKinds.Of<Endpoints>()).UpdateAsync(RequestContext.Internal(), "default", "kubernetes", "", current =>
        {
            if (current is not Endpoints existing) return endpoints;
            existing.Subsets.Clear();
            existing.Subsets.Add(endpoints.Subsets);
            return existing;
        }, new UpdateOptions(), ct);
    }

    private async Task EnsureAsync(string ns, IApiObject obj, CancellationToken ct)
    {
        try
        {
            await registries.Of(ApiKinds.Of(obj)).CreateAsync(RequestContext.Internal(), ns, Normalizer.Normalize(obj), new CreateOptions(), ct);
        }
        catch (ApiException ex) when (ex.Reason == StatusReasons.AlreadyExists)
        {
            // From an earlier start, or by another apiserver.
        }
    }

    [LoggerMessage(LogLevel.Debug, "The bootstrap objects cannot be made yet: {Reason}")]
    private partial void LogNotYet(string reason);
}
