using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Journal;
using MiniK8s.Kubelet.Simulation.Processes;

namespace MiniK8s.Kubelet.Simulation;

internal sealed partial class SimulatedRuntime
{
    public Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        var sandbox = Sandbox(sandboxId);
        if (!sandbox.IsReady)
            throw new RuntimeException(RuntimeErrorCode.FailedPrecondition, $"sandbox container \"{sandboxId}\" is not running");
        var image = _images.Find(config.Image)
            ?? throw new RuntimeException(RuntimeErrorCode.NotFound, $"failed to resolve image \"{config.Image}\": not found");
        var twin = _containers.Of(sandbox.Config.Uid).FirstOrDefault(c => c.Sandbox == sandbox && c.Config.Name == config.Name && c.Config.Attempt == config.Attempt);
        if (twin is not null)
            throw new RuntimeException(RuntimeErrorCode.AlreadyExists, $"failed to reserve container name \"{config.Name}_{sandbox.Config.Name}_{sandbox.Config.Namespace}_{sandbox.Config.Uid}_{config.Attempt}\": name is reserved for \"{twin.Id}\"");
        var id = NewId();
        if (config.TargetId is { } target && FaultOfTarget(sandbox, target) is { } fault)
            throw new RuntimeException(RuntimeErrorCode.Unknown, $"failed to generate container \"{id}\" spec: invalid target container: {fault}");
        var container = new SimContainer(this, sandbox, image, id, config, Time.GetUtcNow());
        container.DemandUser();
        _containers.Add(container);
        Record(new JournalRecord.ContainerCreated(NodeName, container.Id, sandboxId, config, container.Status.CreatedAt));
        Publish(RuntimeEventKind.ContainerCreated, container);
        return Task.FromResult(container.Id);
    }

    /// <summary>The processes that a container shares with those that have it as their target; null once it has ended.</summary>
    public ProcessTable? ProcessesOf(string containerId) => _containers.Find(containerId)?.Kernel?.Table;

    // containerd's words [internal/cri/server/helpers.go validateTargetContainer].
    private string? FaultOfTarget(SimSandbox sandbox, string id) => _containers.Find(id) switch
    {
        null => $"container \"{id}\" does not exist: not found",
        { Sandbox: var other } when other != sandbox => $"container \"{id}\" (sandbox {other.Id}) does not belong to sandbox {sandbox.Id}",
        { Status.State: ContainerState.Running } => null,
        { Status.State: var state } => $"container \"{id}\" is not running - in state CONTAINER_{state.ToString().ToUpperInvariant()}",
    };

    public Task StartContainerAsync(string containerId, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Container(containerId).Start();
        return Task.CompletedTask;
    }

    public async Task StopContainerAsync(string containerId, TimeSpan gracePeriod, CancellationToken ct)
    {
        if (_containers.Find(containerId) is not { } container || container.Status.State != ContainerState.Running) return;
        if (gracePeriod > TimeSpan.Zero)
        {
            container.SignalStop();
            try
            {
                await container.Ended.WaitAsync(gracePeriod, Time, ct);
                return;
            }
            catch (TimeoutException)
            {
                // The grace is over.
            }
        }
        container.Kill();
        await container.Ended.WaitAsync(ct);
    }

    public Task SignalContainerAsync(string containerId, int signal, CancellationToken ct)
    {
        var container = Container(containerId);
        if (container.Kernel is null) throw new RuntimeException(RuntimeErrorCode.FailedPrecondition, $"container \"{containerId}\" is not running");
        container.Signal(signal);
        return Task.CompletedTask;
    }

    public async Task RemoveContainerAsync(string containerId, CancellationToken ct)
    {
        if (_containers.Find(containerId) is not { } container) return;
        await StopContainerAsync(containerId, TimeSpan.Zero, ct);
        if (!_containers.Remove(container)) return;
        container.Forget();
        Record(new JournalRecord.ContainerRemoved(NodeName, containerId));
        Publish(RuntimeEventKind.ContainerRemoved, container);
    }

    public Task<IReadOnlyList<ContainerStatus>> ListContainersAsync(string? podUid, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<ContainerStatus>>([.. (podUid is null ? _containers.All : _containers.Of(podUid)).Select(c => c.Status).OrderBy(s => s.CreatedAt)]);

    public Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken ct) =>
        Task.FromResult(Container(containerId).Status);

    public Task<ContainerStats?> ContainerStatsAsync(string containerId, CancellationToken ct) =>
        Task.FromResult(Container(containerId).Stats());

    public IAsyncEnumerable<LogLine> ReadLogsAsync(string containerId, LogOptions options, CancellationToken ct) =>
        Container(containerId).Log.ReadAsync(options, ct);
}
