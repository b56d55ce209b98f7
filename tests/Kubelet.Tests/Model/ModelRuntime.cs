using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Model;

/// <summary>A runtime in memory for many pods, which does what its script says. One thread only.</summary>
internal sealed partial class ModelRuntime(TimeProvider time, ModelScript script, Action<TraceEntry> trace) : IContainerRuntime
{
    private readonly DateTimeOffset _began = time.GetUtcNow();
    private readonly List<PodSandboxStatus> _sandboxes = [];
    private readonly List<Instance> _instances = [];
    private readonly HashSet<string> _images = [];

    public RuntimeVersion Version { get; } = new("model", "1");

    /// <summary>Pulls and commands that wait for the test's word.</summary>
    public List<Gate> Gates { get; } = [];

    public TimeSpan Now => time.GetUtcNow() - _began;

    public IEnumerable<Instance> Instances => _instances;

    public IEnumerable<Instance> Running => _instances.Where(i => i.Status.State == ContainerState.Running);

    /// <summary>Told of the end of a container or sandbox, by pod.</summary>
    public Action<string> OnDied { get; set; } = _ => { };

    /// <summary>Told of each start that succeeded.</summary>
    public Action<Instance> OnStarted { get; set; } = _ => { };

    /// <summary>Told of each look, by pod.</summary>
    public Action<string> OnLook { get; set; } = _ => { };

    public bool HasSandbox(string uid) => _sandboxes.Exists(s => s.Config.Uid == uid && s.State == PodSandboxState.Ready);

    public bool Knows(string uid) => _sandboxes.Exists(s => s.Config.Uid == uid) || _instances.Exists(i => i.Status.PodUid == uid);

    public Instance? Newest(string uid, string container) => _instances.LastOrDefault(i => i.Status.PodUid == uid && i.Status.Name == container);

    public void Exit(Instance instance, int code, string? reason = null)
    {
        if (instance.Status.State != ContainerState.Running) return;
        reason ??= code == 0 ? "Completed" : "Error";
        instance.Status = instance.Status with { State = ContainerState.Exited, ExitCode = code, Reason = reason, FinishedAt = time.GetUtcNow() };
        trace(new TraceEntry.Ended(Now, instance.Status.PodUid, instance.Status.Name, instance.Status.Attempt, code, reason));
        instance.End();
        OnDied(instance.Status.PodUid);
    }

    /// <summary>The sandbox's machine is gone: what ran in it is killed.</summary>
    public void LoseSandbox(string uid)
    {
        trace(new TraceEntry.SandboxLost(Now, uid));
        StopSandbox(_sandboxes.FindIndex(s => s.Config.Uid == uid && s.State == PodSandboxState.Ready));
        OnDied(uid);
    }

    public Task<string> RunPodSandboxAsync(PodSandboxConfig config, CancellationToken ct)
    {
        FailOrGoOn();
        var id = $"{config.Uid}/s{config.Attempt}";
        if (_sandboxes.Exists(s => s.Id == id)) throw new RuntimeException(RuntimeErrorCode.AlreadyExists, id);
        _sandboxes.Add(new PodSandboxStatus(id, config, PodSandboxState.Ready, "10.244.0.2", time.GetUtcNow()));
        return Task.FromResult(id);
    }

    public Task StopPodSandboxAsync(string sandboxId, CancellationToken ct)
    {
        StopSandbox(_sandboxes.FindIndex(s => s.Id == sandboxId));
        return Task.CompletedTask;
    }

    public Task RemovePodSandboxAsync(string sandboxId, CancellationToken ct)
    {
        StopSandbox(_sandboxes.FindIndex(s => s.Id == sandboxId));
        _instances.RemoveAll(i => i.Status.SandboxId == sandboxId);
        _sandboxes.RemoveAll(s => s.Id == sandboxId);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<PodSandboxStatus>> ListPodSandboxesAsync(string? podUid, CancellationToken ct)
    {
        if (podUid is not null) OnLook(podUid);
        return Task.FromResult<IReadOnlyList<PodSandboxStatus>>([.. _sandboxes.Where(s => podUid is null || s.Config.Uid == podUid)]);
    }

    public async Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken ct)
    {
        await Task.Yield();
        return _sandboxes.Find(s => s.Id == sandboxId) ?? throw new RuntimeException(RuntimeErrorCode.NotFound, sandboxId);
    }

    public Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, CancellationToken ct)
    {
        FailOrGoOn();
        var sandbox = _sandboxes.Find(s => s.Id == sandboxId && s.State == PodSandboxState.Ready) ?? throw new RuntimeException(RuntimeErrorCode.FailedPrecondition, sandboxId);
        var status = new ContainerStatus
        {
            Id = $"{sandbox.Config.Uid}/{config.Name}/{config.Attempt}",
            SandboxId = sandboxId,
            PodUid = sandbox.Config.Uid,
            Config = config,
            State = ContainerState.Created,
            CreatedAt = time.GetUtcNow(),
            Image = config.Image,
            ImageId = config.Image,
        };
        if (_instances.Exists(i => i.Status.Id == status.Id)) throw new RuntimeException(RuntimeErrorCode.AlreadyExists, status.Id);
        _instances.Add(new Instance(status));
        return Task.FromResult(status.Id);
    }

    public async Task StartContainerAsync(string containerId, CancellationToken ct)
    {
        var instance = Find(containerId);
        var sandbox = _sandboxes.Find(s => s.Id == instance.Status.SandboxId)!;
        trace(new TraceEntry.Started(Now, instance.Status.PodUid, instance.Status.Name, instance.Status.Attempt, sandbox.Config.Attempt));
        instance.Status = instance.Status with { State = ContainerState.Running, StartedAt = time.GetUtcNow() };
        if (sandbox.State != PodSandboxState.Ready || script.Fails())
        {
            Exit(instance, 128, "StartError");
            throw new RuntimeException(RuntimeErrorCode.Unknown, "exec: \"foo\": executable file not found in $PATH");
        }
        OnStarted(instance);
        if (script.AtStart(instance.Status.Name) is { } code) Exit(instance, code);
        await Task.Yield();
    }

    public async Task StopContainerAsync(string containerId, TimeSpan gracePeriod, CancellationToken ct)
    {
        if (_instances.Find(i => i.Status.Id == containerId) is not { Status.State: ContainerState.Running } instance) return;
        instance.Stops++;
        instance.KillAt = instance.KillAt is { } earlier && earlier < time.GetUtcNow() + gracePeriod ? earlier : time.GetUtcNow() + gracePeriod;
        time.CreateTimer(_ => KillDue(), null, gracePeriod, Timeout.InfiniteTimeSpan);
        if (!instance.IsSignalled)
        {
            instance.IsSignalled = true;
            trace(new TraceEntry.Signalled(Now, instance.Status.PodUid, instance.Status.Name, gracePeriod));
            Handle(instance);
        }
        instance.WaitingStops++;
        try
        {
            await instance.Ended.WaitAsync(ct);
        }
        finally
        {
            instance.WaitingStops--;
        }
    }

    public Task RemoveContainerAsync(string containerId, CancellationToken ct)
    {
        if (_instances.Find(i => i.Status.Id == containerId) is { } instance) Exit(instance, 137);
        _instances.RemoveAll(i => i.Status.Id == containerId);
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<ContainerStatus>> ListContainersAsync(string? podUid, CancellationToken ct)
    {
        await Task.Yield();
        return [.. _instances.Select(i => i.Status).Where(s => podUid is null || s.PodUid == podUid)];
    }

    public Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken ct) => Task.FromResult(Find(containerId).Status);

    public async Task<ExecResult> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct)
    {
        var status = Find(containerId).Status;
        trace(new TraceEntry.Began(Now, status.PodUid, status.Name, command[0]));
        try
        {
            if (script.Exec(command[0]) is not var (seconds, code)) return new ExecResult(await WaitAsync(new Gate(command[0], status.PodUid, status.Name), ct) ? 0 : 1, "", "");
            var (takes, isCut) = (TimeSpan.FromSeconds(seconds), timeout > TimeSpan.Zero && seconds > timeout.TotalSeconds);
            if (seconds > 0) await Task.Delay(isCut ? timeout : takes, time, ct);
            return new ExecResult(code, "", "", isCut);
        }
        catch (OperationCanceledException)
        {
            trace(new TraceEntry.Abandoned(Now, status.PodUid, status.Name));
            throw;
        }
    }

    public async Task<PullResult> PullImageAsync(string image, ImageAuth? auth, IReadOnlyDictionary<string, string> annotations, CancellationToken ct)
    {
        // An image belongs to one container: uid/name.
        var (uid, container) = (image.Split('/')[0], image.Split('/')[1].Split(':')[0]);
        trace(new TraceEntry.Began(Now, uid, container, "pull"));
        if (!(script.Pull(container) ?? await WaitAsync(new Gate("pull", uid, container), ct))) return new PullResult(null, new PullError(PullErrorKind.NotFound, "not found"));
        _images.Add(image);
        return new PullResult(ImageOf(image), null);
    }

    public Task<ImageInfo?> ImageStatusAsync(string image, CancellationToken ct) => Task.FromResult(_images.Contains(image) ? ImageOf(image) : null);

    private static ImageInfo ImageOf(string image) => new() { Id = image, RepoTags = [image], RepoDigests = [], Size = 1 };

    private Instance Find(string id) => _instances.Find(i => i.Status.Id == id) ?? throw new RuntimeException(RuntimeErrorCode.NotFound, id);

    private async Task<bool> WaitAsync(Gate gate, CancellationToken ct)
    {
        Gates.Add(gate);
        try
        {
            return await gate.Opened.WaitAsync(ct);
        }
        finally
        {
            Gates.Remove(gate);
        }
    }

    private void Handle(Instance instance)
    {
        if (script.AtStop(instance) is not var (seconds, code)) return;
        if (seconds == 0) Exit(instance, code);
        else time.CreateTimer(_ => Exit(instance, code), null, TimeSpan.FromSeconds(seconds), Timeout.InfiniteTimeSpan);
    }

    // All in one go and in one order, whichever timer was armed first.
    private void KillDue()
    {
        foreach (var instance in Running.Where(i => i.KillAt <= time.GetUtcNow()).ToList()) Exit(instance, 137);
    }

    private void StopSandbox(int at)
    {
        if (at < 0) return;
        var sandbox = _sandboxes[at];
        foreach (var instance in Running.Where(i => i.Status.SandboxId == sandbox.Id).ToList()) Exit(instance, 137);
        _sandboxes[at] = sandbox with { State = PodSandboxState.NotReady };
    }

    private void FailOrGoOn()
    {
        if (script.Fails()) throw new RuntimeException(RuntimeErrorCode.Unknown, "not now");
    }

    /// <summary>One instance of a container.</summary>
    internal sealed class Instance(ContainerStatus status)
    {
        private readonly TaskCompletionSource _ended = new();

        public ContainerStatus Status { get; set; } = status;

        public bool IsSignalled { get; set; }

        /// <summary>When it is killed; cancelling the call that said so does not change it.</summary>
        public DateTimeOffset? KillAt { get; set; }

        /// <summary>Calls that asked for its end.</summary>
        public int Stops { get; set; }

        /// <summary>Those that still wait for it.</summary>
        public int WaitingStops { get; set; }

        public Task Ended => _ended.Task;

        public void End() => _ended.TrySetResult();
    }

    /// <summary>Something that is under way until the test says how it ends.</summary>
    internal sealed class Gate(string kind, string uid, string container)
    {
        private readonly TaskCompletionSource<bool> _opened = new();

        public string Kind { get; } = kind;

        public string Uid { get; } = uid;

        public string Container { get; } = container;

        public Task<bool> Opened => _opened.Task;

        public void Open(bool succeeds) => _opened.TrySetResult(succeeds);
    }
}
