using System.Security.Cryptography;
using MiniK8s.Api.Placement;
using MiniK8s.Kubelet.Probes;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Simulation.Images;
using MiniK8s.Kubelet.Simulation.Journal;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet.Simulation;

/// <summary>
/// The container runtime of one node, without containers: every process is an async task in here. Cheap enough for a thousand nodes in
/// one process.
/// </summary>
internal sealed partial class SimulatedRuntime(SimulationHost host, SimulatedNode node, AddressPool addresses) : IContainerRuntime, INodeUsage, IProbeScript
{
    private readonly ByPod<SimSandbox> _sandboxes = new(sandbox => sandbox.Id, sandbox => sandbox.Config.Uid);
    private readonly ByPod<SimContainer> _containers = new(container => container.Id, container => container.Sandbox.Config.Uid);
    private readonly RuntimeEventHub _events = new(host.Time);
    private readonly NodeImages _images = new(host.Catalogue);
    private volatile bool _closing;

    public RuntimeVersion Version { get; } = new("minik8s-sim", "1.0.0");

    public TimeProvider Time => host.Time;
    public string NodeName => node.Name;
    public NodeFiles Disk => node.Disk;
    public NodeMemory Memory => node.Memory;
    public IEnumerable<SimContainer> Containers => _containers.All;
    public bool IsClosing => _closing;

    public static string NewId() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    public void Record(JournalRecord record)
    {
        if (!_closing) host.Journal?.Append(record);
    }

    public void Publish(RuntimeEventKind kind, SimContainer container) =>
        _events.Publish(kind, container.Sandbox.Config.Uid, container.Sandbox.Id, container.Id);

    public NodeUsage Read()
    {
        var now = Time.GetUtcNow();
        var (memory, processes, files) = (0L, 0L, Disk.Tree.Usage);
        foreach (var container in Containers)
        {
            files += container.Files;
            if (container.Kernel is not { } kernel) continue;
            memory += kernel.MemoryAt(now);
            processes += kernel.ProcessCount;
        }
        return new(memory, files.Bytes + _images.Bytes, files.Inodes, processes);
    }

    public IAsyncEnumerable<OutOfMemoryKill> WatchOutOfMemoryAsync(CancellationToken ct) => Memory.Kills(ct);

    public IAsyncEnumerable<RuntimeEvent> WatchEventsAsync(CancellationToken ct) => _events.Watch(ct);

    /// <summary>
    /// Brings back what the journal knows: first addresses and files, then the containers, those that were running in the order they were
    /// started.
    /// </summary>
    public void Restore(NodeRecords records)
    {
        foreach (var reference in records.Images) _images.Restore(reference);
        if (records.Files.TryGetValue("", out var disk))
        {
            foreach (var change in disk.Changes) node.Disk.Tree.Apply(change);
            node.Disk.Tree.KnownUntil = disk.LastAt;
        }
        node.Disk.Tree.Changed = change => Record(new JournalRecord.FileChanged(NodeName, "", Time.GetUtcNow(), change));
        foreach (var (status, isStopped) in records.Sandboxes.Values) RestoreSandbox(status, isStopped);
        var running = new List<(SimContainer Container, ContainerRecords Records)>();
        foreach (var known in records.Containers.Values)
        {
            if (_sandboxes.Find(known.Created.SandboxId) is not { } sandbox || _images.Find(known.Created.Config.Image) is not { } image) continue;
            var container = new SimContainer(this, sandbox, image, known.Created.Id, known.Created.Config, known.Created.At);
            _containers.Add(container);
            if (known.Exited is { } exited) container.RestoreExited(known.Started?.At, exited);
            else if (known.Started is not null) running.Add((container, known));
        }
        foreach (var (container, known) in running.OrderBy(r => r.Records.Started!.At)) container.Resume(known.Started!.At, records.Files.GetValueOrDefault(container.Id));
    }

    /// <inheritdoc />
    public string? FailureOf(string containerId, ProbeKind probe) => _containers.Find(containerId)?.FailureOf(probe);

    /// <summary>Ends all processes and records nothing of it.</summary>
    public async Task CloseAsync()
    {
        _closing = true;
        Memory.Dispose();
        foreach (var container in _containers.All)
        {
            var kernel = container.Kernel;
            container.Kill();
            if (kernel is null) continue;
            foreach (var process in kernel.OwnProcesses) await process.Exited;
        }
        foreach (var sandbox in _sandboxes.All) await sandbox.EndPauseAsync();
    }

    private void RestoreSandbox(PodSandboxStatus status, bool isStopped)
    {
        var network = status.Config.HostNetwork ? node.Address : NamespaceOf(status.Config, status.Ip);
        var sandbox = new SimSandbox(status.Id, status.Config, network, status.CreatedAt);
        _sandboxes.Add(sandbox);
        if (isStopped)
        {
            sandbox.TryStop();
            return;
        }
        StartPause(sandbox);
        if (!status.Config.HostNetwork)
        {
            addresses.Restore(status.Ip);
            host.Network.Attach(network);
            foreach (var port in status.Config.PortMappings) node.Address.TryForward(At(port), network, port.ContainerPort);
        }
    }

    private static HostPort At(PortMapping port) => new(port.HostIp.Length > 0 ? port.HostIp : HostPort.AnyIp, port.Protocol, port.HostPort);

    private NetworkNamespace NamespaceOf(PodSandboxConfig config, string ip) =>
        new(host.Network, ip) { Searches = config.Dns.Searches, NameServers = config.Dns.Servers };

    private SimSandbox Sandbox(string id) =>
        _sandboxes.Find(id) ?? throw new RuntimeException(RuntimeErrorCode.NotFound, $"an error occurred when try to find sandbox \"{id}\": not found");

    private SimContainer Container(string id) =>
        _containers.Find(id) ?? throw new RuntimeException(RuntimeErrorCode.NotFound, $"an error occurred when try to find container \"{id}\": not found");
}
