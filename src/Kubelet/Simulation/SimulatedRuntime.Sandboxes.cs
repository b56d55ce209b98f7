using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Images;
using MiniK8s.Kubelet.Simulation.Journal;
using MiniK8s.Kubelet.Simulation.Processes;
using MiniK8s.Kubelet.Simulation.Scenes;

namespace MiniK8s.Kubelet.Simulation;

internal sealed partial class SimulatedRuntime
{
    /// <summary>What a sandbox is made of [1.32: cmd/kubeadm/app/constants PauseVersion].</summary>
    private const string PauseImage = "registry.k8s.io/pause:3.10";

    public Task<string> RunPodSandboxAsync(PodSandboxConfig config, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (config.RuntimeHandler.Length > 0 && !host.Handlers.Contains(config.RuntimeHandler))
            throw new RuntimeException(RuntimeErrorCode.Unknown, $"failed to get sandbox runtime: no runtime for \"{config.RuntimeHandler}\" is configured");
        if (SceneAnnotations.FaultOf(config.Annotations) is { } fault) throw new RuntimeException(RuntimeErrorCode.InvalidArgument, fault);
        var twin = _sandboxes.Of(config.Uid).FirstOrDefault(s => s.Config.Attempt == config.Attempt && s.Config.Name == config.Name);
        if (twin is not null)
            throw new RuntimeException(RuntimeErrorCode.AlreadyExists, $"failed to reserve sandbox name \"{config.Name}_{config.Namespace}_{config.Uid}_{config.Attempt}\": name is reserved for \"{twin.Id}\"");
        var ip = config.HostNetwork ? "" : addresses.Take()
            ?? throw new RuntimeException(RuntimeErrorCode.Unknown, "failed to setup network for sandbox: plugin type=\"bridge\" failed (add): no IP addresses available in range set");
        var network = config.HostNetwork ? node.Address : NamespaceOf(config, ip);
        foreach (var port in config.PortMappings)
        {
            if (config.HostNetwork || node.Address.TryForward(At(port), network, port.ContainerPort)) continue;
            node.Address.RemoveForwardsTo(network);
            addresses.Return(ip);
            throw new RuntimeException(RuntimeErrorCode.Unknown, $"failed to setup network for sandbox: host port {port.HostPort} is already in use");
        }
        var sandbox = new SimSandbox(NewId(), config, network, Time.GetUtcNow());
        if (!config.HostNetwork) host.Network.Attach(network);
        _sandboxes.Add(sandbox);
        StartPause(sandbox);
        Record(new JournalRecord.SandboxStarted(NodeName, sandbox.Status()));
        _events.Publish(RuntimeEventKind.SandboxStarted, config.Uid, sandbox.Id);
        return Task.FromResult(sandbox.Id);
    }

    public async Task StopPodSandboxAsync(string sandboxId, CancellationToken ct)
    {
        if (_sandboxes.Find(sandboxId) is not { } sandbox) return;
        foreach (var container in _containers.Of(sandbox.Config.Uid).Where(c => c.Sandbox == sandbox && c.Status.State == ContainerState.Running))
            await StopContainerAsync(container.Id, TimeSpan.Zero, ct);
        if (!sandbox.TryStop()) return;
        await sandbox.EndPauseAsync();
        if (!sandbox.Config.HostNetwork)
        {
            node.Address.RemoveForwardsTo(sandbox.Network);
            host.Network.Detach(sandbox.Network);
            addresses.Return(sandbox.Network.Ip);
        }
        Record(new JournalRecord.SandboxStopped(NodeName, sandboxId));
        _events.Publish(RuntimeEventKind.SandboxStopped, sandbox.Config.Uid, sandboxId);
    }

    public async Task RemovePodSandboxAsync(string sandboxId, CancellationToken ct)
    {
        if (_sandboxes.Find(sandboxId) is not { } sandbox) return;
        await StopPodSandboxAsync(sandboxId, ct);
        foreach (var container in _containers.Of(sandbox.Config.Uid).Where(c => c.Sandbox == sandbox))
            await RemoveContainerAsync(container.Id, ct);
        if (!_sandboxes.Remove(sandbox)) return;
        Record(new JournalRecord.SandboxRemoved(NodeName, sandboxId));
        _events.Publish(RuntimeEventKind.SandboxRemoved, sandbox.Config.Uid, sandboxId);
    }

    public Task<IReadOnlyList<PodSandboxStatus>> ListPodSandboxesAsync(string? podUid, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<PodSandboxStatus>>([.. (podUid is null ? _sandboxes.All : _sandboxes.Of(podUid)).OrderBy(s => s.CreatedAt).Select(s => s.Status())]);

    public Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken ct) =>
        Task.FromResult(Sandbox(sandboxId).Status());

    // A pod that shares its processes has the pause process among them; others' would be seen by nobody, and are left out.
    private void StartPause(SimSandbox sandbox)
    {
        if (!sandbox.Config.ShareProcessNamespace) return;
        var pause = sandbox.StartPause(host.Catalogue.Find(ImageReference.Parse(PauseImage)!)!, Time);
        _ = WatchPauseAsync(sandbox, pause);        // ends with the sandbox
    }

    // Whoever ends it ends the sandbox.
    private async Task WatchPauseAsync(SimSandbox sandbox, SimProcess pause)
    {
        await pause.Exited;
        if (!_closing) await StopPodSandboxAsync(sandbox.Id, CancellationToken.None);
    }
}
