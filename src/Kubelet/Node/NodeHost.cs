using System.Collections.Concurrent;
using System.Runtime.InteropServices;

using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Ports;
using MiniK8s.Kubelet.References;
using MiniK8s.Kubelet.Services;
using MiniK8s.Kubelet.Status;

namespace MiniK8s.Kubelet.Node;

/// <summary>Runs the nodes of this process, side by side and each on its own; begins once the process listens, since a Node tells its kubelet's port.</summary>
internal sealed class NodeHost(
    KubeletOptions options,
    IApiClient api,
    InformerFactory informers,
    ClusterServices services,
    INodeRuntimes runtimes,
    Hosting.ProcessOptions process,
    PortBook ports,
    ProcessHealth health,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILoggerFactory loggers) : BackgroundService
{
    private const string Gate = "nodes";
    private const int SigPwr = 30;      // what init is told when the power fails
    private readonly ConcurrentDictionary<string, NodeAgent> _agents = new();
    private readonly SharedRandom _random = new();
    private int _isShuttingDown;

    /// <summary>The agent of that node; null when it is not one of ours, or has not begun yet.</summary>
    public NodeAgent? Find(string node) => _agents.GetValueOrDefault(node);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        health.Close(Gate, "starting");
        if (!await HasStartedAsync(stoppingToken)) return;

        var rooms = new NodeRooms(new PodApi(api), new ReferencedObjects(api), services, options.PullLimits, time, _random, loggers);
        var watching = services.RunAsync(stoppingToken);
        var port = ports.Numbers[KubeletOptions.PortName];
        var address = options.NodeIp ?? await OwnAddress.FindAsync(process.BindAddress, stoppingToken);
        var runs = options.Nodes.Select((name, index) => RunAsync(options.IdentityOf(name, index, address, port), rooms, stoppingToken)).ToList();
        health.Open(Gate);
        using var power = OnPowerFailure(stoppingToken);
        await Task.WhenAll([watching, .. runs]);
    }

    // Without a grace the signal does what it does to every process: it ends this one, as the machine's going off would.
    private PosixSignalRegistration? OnPowerFailure(CancellationToken stopping) => options.ShutdownGrace.IsAny
        ? PosixSignalRegistration.Create((PosixSignal)SigPwr, context =>
        {
            context.Cancel = true;
            if (Interlocked.Exchange(ref _isShuttingDown, 1) == 0) _ = ShutDownAsync(stopping);
        })
        : null;

    private async Task ShutDownAsync(CancellationToken stopping)
    {
        await Task.WhenAll(_agents.Values.Select(agent => agent.ShutDownAsync(options.ShutdownGrace, stopping))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        lifetime.StopApplication();
    }

    private async Task RunAsync(NodeIdentity identity, NodeRooms rooms, CancellationToken stopping)
    {
        var agent = new NodeAgent(identity, runtimes.Open(identity), api, informers, rooms, options.PodManifestPath, time, _random, loggers);
        _agents[identity.Name] = agent;
        try
        {
            await agent.RunAsync(stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process ends; pods are left as they are.
        }
    }

    private async Task<bool> HasStartedAsync(CancellationToken stopping)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var onStart = lifetime.ApplicationStarted.Register(() => started.TrySetResult());
        await using var onStop = stopping.Register(() => started.TrySetCanceled(stopping));
        await started.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stopping.IsCancellationRequested;
    }
}
