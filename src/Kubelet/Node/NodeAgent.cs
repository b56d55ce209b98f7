using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Shutdown;
using MiniK8s.Kubelet.StaticPods;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Node;

/// <summary>Everything that one node does: its Node object, its lease, its pods. A process may host many.</summary>
/// <remarks>
/// Order of the start: the static pods, which need nobody; register; then follow the pods bound to this node, and once they are listed, end
/// what runs for pods that are no more, and only then let the others in: what is left over gives its room back before anything new starts.
/// </remarks>
internal sealed partial class NodeAgent(
    NodeIdentity identity, NodeRuntime runtime, IApiClient api, InformerFactory informers, NodeRooms rooms, string? manifests, TimeProvider time, Random random,
    ILoggerFactory loggers) : IInformerHandler<Pod>
{
    private static readonly TimeSpan OrphanPeriod = TimeSpan.FromSeconds(2);       // Kubernetes' housekeeping

    private readonly ILogger<NodeAgent> _logger = loggers.CreateLogger<NodeAgent>();
    private Standing? _standing;

    public string Name => identity.Name;

    public Runtime.IContainerRuntime Runtime => runtime.Runtime;

    public Runtime.IPodNetwork Network => runtime.Network;

    public Runtime.INodeFiles Files => runtime.Files;

    /// <summary>The pod of that name on this node; null when it has none.</summary>
    public Pod? Find(string ns, string name) => _standing?.Rooms.Workers.Find(ns, name);

    /// <summary>The pods that have been let in.</summary>
    public IEnumerable<Pod> Pods() => _standing?.Rooms.Admission.Admitted().Select(worker => worker.Pod) ?? [];

    /// <summary>Runs until stopped. What runs in containers goes on.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var source = new EventSourceOptions { Component = "kubelet", Host = identity.Name };
        var recorder = new EventRecorder(source, api, time, random, loggers.CreateLogger<EventRecorder>());
        var events = new KubeletEvents(recorder);
        var pressure = new NodePressure();
        var heartbeat = new NodeHeartbeat(identity, api, informers, runtime.Runtime, pressure, events, time, random, loggers.CreateLogger<NodeHeartbeat>());
        await heartbeat.PrepareAsync(stopping);
        await using var open = rooms.Open(identity, runtime, events, heartbeat, pressure, stopping);
        _standing = new Standing(open, heartbeat, events);
        using var files = manifests is null ? null : new StaticPodSource(manifests, identity.Name, open.Workers, time, loggers.CreateLogger<StaticPodSource>());
        if (files is not null) await files.ReadAsync(stopping);

        var evictions = new EvictionLoop(identity, runtime, open.Admission, open.Workers.IsOver, pressure, events, events, time, loggers.CreateLogger<EvictionLoop>());
        await Task.WhenAll(
            recorder.RunAsync(stopping),
            evictions.RunAsync(stopping),
            TellOfKillsAsync(events, stopping),
            open.Workers.FollowRuntimeAsync(),
            files?.RunAsync(stopping) ?? Task.CompletedTask,
            JoinAsync(heartbeat, open, files?.Synced ?? Task.CompletedTask, stopping));
    }

    /// <summary>Ends the node's pods before the machine goes off; returns when it may.</summary>
    public async Task ShutDownAsync(ShutdownGrace grace, CancellationToken stopping)
    {
        if (_standing is not var (open, heartbeat, events)) return;
        await new NodeShutdown(identity.Name, open.Admission, heartbeat, open.Reporter, events, grace, time, loggers.CreateLogger<NodeShutdown>()).RunAsync(stopping);
    }

    void IInformerHandler<Pod>.OnAdd(Pod obj) => Update(obj);

    void IInformerHandler<Pod>.OnUpdate(Pod old, Pod current)
    {
        // The same name with another uid: the watch missed the end of the one before.
        if (old.Metadata.Uid != current.Metadata.Uid) Remove(old);
        Update(current);
    }

    void IInformerHandler<Pod>.OnDelete(Pod last) => Remove(last);

    private void Update(Pod pod)
    {
        if (pod.IsMirror()) _standing!.Rooms.Mirrors.Update(pod);
        else _standing!.Rooms.Workers.Update(pod);
    }

    private void Remove(Pod pod)
    {
        if (pod.IsMirror()) _standing!.Rooms.Mirrors.Remove(pod);
        else _standing!.Rooms.Workers.Remove(pod);
    }

    private async Task TellOfKillsAsync(INodeEvents events, CancellationToken stopping)
    {
        await foreach (var kill in runtime.Usage.WatchOutOfMemoryAsync(stopping))
        {
            events.Record(identity.Name, "Warning", "SystemOOM", $"System OOM encountered, victim process: {kill.Process}, pid: {kill.Pid}");
        }
    }

    private async Task JoinAsync(NodeHeartbeat heartbeat, OpenNode open, Task manifestsRead, CancellationToken stopping)
    {
        var node = await heartbeat.RegisterAsync(stopping);
        var lease = new NodeLease(identity.Name, node.Metadata.Uid, api, time, random, loggers.CreateLogger<NodeLease>());
        // Who owns which field is a quarter of a Pod, and nothing to a kubelet, which writes no more than the status.
        var pods = informers.Create<Pod>(new ObjectFilter { FieldSelector = $"spec.nodeName={identity.Name}" }, pod => pod.Metadata.ManagedFields.Clear());
        pods.AddHandler(this);
        await Task.WhenAll(heartbeat.RunAsync(stopping), lease.RunAsync(stopping), pods.RunAsync(stopping), BeginAsync(Task.WhenAll(pods.Synced, manifestsRead), open, stopping));
    }

    private async Task BeginAsync(Task allSourcesRead, OpenNode open, CancellationToken stopping)
    {
        await allSourcesRead.WaitAsync(stopping);
        var areGone = await StopOrphansAsync(open.Workers);
        open.Admission.Open(stopping);
        var mirrors = open.Mirrors.RunAsync(stopping);
        while (!areGone)
        {
            await Task.Delay(OrphanPeriod, time, stopping);
            areGone = await StopOrphansAsync(open.Workers);
        }
        await mirrors;
    }

    private sealed record Standing(OpenNode Rooms, NodeHeartbeat Heartbeat, INodeEvents Events);

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
