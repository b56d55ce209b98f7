using MiniK8s.Api.Errors;
using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Node;

/// <summary>Everything that one node does: its Node object, its lease, its pods. A process may host many.</summary>
/// <remarks>
/// Order of the start: register, then follow the pods bound to this node, then, once they are listed, end what runs for pods that are no
/// more, and only then let the others in: what is left over gives its room back before anything new starts.
/// </remarks>
internal sealed partial class NodeAgent(
    NodeIdentity identity, NodeRuntime runtime, IApiClient api, InformerFactory informers, NodeRooms rooms, TimeProvider time, Random random, ILoggerFactory loggers)
    : IInformerHandler<Pod>
{
    private static readonly TimeSpan OrphanPeriod = TimeSpan.FromSeconds(2);       // Kubernetes' housekeeping

    private readonly ILogger<NodeAgent> _logger = loggers.CreateLogger<NodeAgent>();
    private PodWorkerPool? _workers;

    public string Name => identity.Name;

    public Runtime.IContainerRuntime Runtime => runtime.Runtime;

    public Runtime.IPodNetwork Network => runtime.Network;

    /// <summary>The pod of that name on this node; null when it has none.</summary>
    public Pod? Find(string ns, string name) => _workers?.Find(ns, name);

    /// <summary>Runs until stopped. What runs in containers goes on.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var source = new EventSourceOptions { Component = "kubelet", Host = identity.Name };
        var recorder = new EventRecorder(source, api, time, random, loggers.CreateLogger<EventRecorder>());
        var events = new KubeletEvents(recorder);
        var heartbeat = new NodeHeartbeat(identity, api, runtime.Runtime, events, time, random, loggers.CreateLogger<NodeHeartbeat>());
        var admission = new PodAdmission(heartbeat, time);
        var (workers, probes) = rooms.Open(identity, runtime, events, admission, stopping);
        await using var endedProbes = probes;
        await using var endedWorkers = workers;
        _workers = workers;

        var recording = recorder.RunAsync(stopping);
        var node = await heartbeat.RegisterAsync(stopping);
        var lease = new NodeLease(identity.Name, node.Metadata.Uid, api, time, random, loggers.CreateLogger<NodeLease>());
        var pods = informers.Create<Pod>(new ObjectFilter { FieldSelector = $"spec.nodeName={identity.Name}" });
        pods.AddHandler(this);

        await Task.WhenAll(
            recording,
            heartbeat.RunAsync(stopping),
            lease.RunAsync(stopping),
            pods.RunAsync(stopping),
            workers.FollowRuntimeAsync(),
            BeginAsync(pods, admission, workers, stopping));
    }

    void IInformerHandler<Pod>.OnAdd(Pod obj) => _workers!.Update(obj);

    void IInformerHandler<Pod>.OnUpdate(Pod old, Pod current)
    {
        // The same name with another uid: the watch missed the end of the one before.
        if (old.Metadata.Uid != current.Metadata.Uid) _workers!.Remove(old);
        _workers!.Update(current);
    }

    void IInformerHandler<Pod>.OnDelete(Pod last) => _workers!.Remove(last);

    private async Task BeginAsync(SharedInformer<Pod> pods, PodAdmission admission, PodWorkerPool workers, CancellationToken stopping)
    {
        await pods.Synced.WaitAsync(stopping);
        var areGone = await StopOrphansAsync(workers);
        admission.Open(stopping);
        while (!areGone)
        {
            await Task.Delay(OrphanPeriod, time, stopping);
            areGone = await StopOrphansAsync(workers);
        }
    }

    private async Task<bool> StopOrphansAsync(PodWorkerPool workers)
    {
        try
        {
            await workers.StopOrphansAsync();
            return true;
        }
        catch (Exception exception) when (exception is Kubelet.Runtime.RuntimeException or ApiException)
        {
            LogOrphansRemain(identity.Name, exception);
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Node {Node}: containers of unknown pods could not be stopped, will retry")]
    private partial void LogOrphansRemain(string node, Exception exception);
}
