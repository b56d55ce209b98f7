using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Fakes;

/// <summary>A runtime in memory whose containers do what the test says; every call is noted in order.</summary>
internal sealed class FakeRuntime(TimeProvider time) : IContainerRuntime
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PodSandboxStatus> _sandboxes = [];
    private readonly Dictionary<string, Entry> _containers = [];
    private readonly Channel<RuntimeEvent> _events = Channel.CreateUnbounded<RuntimeEvent>();
    private readonly Channel<string> _calls = Channel.CreateUnbounded<string>();
    private readonly HashSet<string> _images = [];
    private int _order;

    public RuntimeVersion Version { get; } = new("fake", "1");

    /// <summary>Told of each call as it begins: <c>start c 0</c>, <c>stop c 30</c>, <c>kill c</c> ...</summary>
    public ChannelReader<string> Calls => _calls.Reader;

    /// <summary>Containers that only a kill ends; the others exit at the stop signal with the code given.</summary>
    public Dictionary<string, int?> ExitAtStop { get; } = [];

    /// <summary>Not even a kill ends a container any more.</summary>
    public bool NeverEnds { get; set; }

    /// <summary>Containers that exit as soon as they start, with that code.</summary>
    public Dictionary<string, int> ExitAtStart { get; } = [];

    /// <summary>Images whose pull fails.</summary>
    public Dictionary<string, string> PullErrors { get; } = [];

    /// <summary>Images whose name is none, and why.</summary>
    public Dictionary<string, string> NameFaults { get; } = [];

    /// <summary>Pulls wait for this.</summary>
    public Task Pulling { get; set; } = Task.CompletedTask;

    /// <summary>What exec does; by default it succeeds.</summary>
    public Func<string, IReadOnlyList<string>, CancellationToken, Task<ExecResult>> OnExec { get; set; } = (_, _, _) => Task.FromResult(new ExecResult(0, "", ""));

    public void Exit(string container, int code)
    {
        lock (_gate) ExitLocked(_containers.Values.Last(e => e.Status.Name == container && e.Status.State == ContainerState.Running), code);
    }

    public Task<string> RunPodSandboxAsync(PodSandboxConfig config, CancellationToken ct)
    {
        Note($"sandbox {config.Attempt}");
        var id = $"s{config.Attempt}";
        lock (_gate) _sandboxes[id] = new PodSandboxStatus(id, config, PodSandboxState.Ready, "10.244.0.2", time.GetUtcNow());
        return Task.FromResult(id);
    }

    public Task StopPodSandboxAsync(string sandboxId, CancellationToken ct)
    {
        lock (_gate)
        {
            if (!_sandboxes.TryGetValue(sandboxId, out var sandbox)) return Task.CompletedTask;
            if (sandbox.State == PodSandboxState.Ready) Note("stop sandbox");
            foreach (var entry in _containers.Values.Where(e => e.Status.SandboxId == sandboxId && e.Status.State == ContainerState.Running).ToList()) ExitLocked(entry, 137);
            _sandboxes[sandboxId] = sandbox with { State = PodSandboxState.NotReady };
        }
        return Task.CompletedTask;
    }

    public Task RemovePodSandboxAsync(string sandboxId, CancellationToken ct)
    {
        Note("remove sandbox");
        lock (_gate)
        {
            _sandboxes.Remove(sandboxId);
            foreach (var id in _containers.Values.Where(e => e.Status.SandboxId == sandboxId).Select(e => e.Status.Id).ToList()) _containers.Remove(id);
        }
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<PodSandboxStatus>> ListPodSandboxesAsync(string? podUid, CancellationToken ct)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<PodSandboxStatus>>([.. _sandboxes.Values.Where(s => podUid is null || s.Config.Uid == podUid)]);
    }

    public Task<PodSandboxStatus> PodSandboxStatusAsync(string sandboxId, CancellationToken ct)
    {
        lock (_gate) return Task.FromResult(_sandboxes[sandboxId]);
    }

    public Task<string> CreateContainerAsync(string sandboxId, ContainerConfig config, CancellationToken ct)
    {
        lock (_gate)
        {
            var id = $"{config.Name}-{config.Attempt}";
            _containers[id] = new Entry(new ContainerStatus
            {
                Id = id,
                SandboxId = sandboxId,
                PodUid = _sandboxes[sandboxId].Config.Uid,
                Config = config,
                State = ContainerState.Created,
                CreatedAt = time.GetUtcNow(),
                Image = "docker.io/library/" + config.Image,
                ImageId = "docker.io/library/app@sha256:1",
            }, ++_order);
            return Task.FromResult(id);
        }
    }

    public Task StartContainerAsync(string containerId, CancellationToken ct)
    {
        lock (_gate)
        {
            var entry = _containers[containerId];
            Note($"start {entry.Status.Name} {entry.Status.Attempt}");
            entry.Status = entry.Status with { State = ContainerState.Running, StartedAt = time.GetUtcNow() };
            if (ExitAtStart.TryGetValue(entry.Status.Name, out var code)) ExitLocked(entry, code);
        }
        return Task.CompletedTask;
    }

    public async Task StopContainerAsync(string containerId, TimeSpan gracePeriod, CancellationToken ct)
    {
        Entry entry;
        lock (_gate)
        {
            if (!_containers.TryGetValue(containerId, out entry!) || entry.Status.State != ContainerState.Running) return;
            Note($"stop {entry.Status.Name} {gracePeriod.TotalSeconds}");
            if (!ExitAtStop.TryGetValue(entry.Status.Name, out var code)) code = 0;
            if (code is { } exits && !NeverEnds) ExitLocked(entry, exits);
        }
        // The one timer of the wait: at its end the container is killed.
        using var timer = time.CreateTimer(_ => Kill(entry), null, gracePeriod, Timeout.InfiniteTimeSpan);
        await entry.Ended.Task.WaitAsync(ct);
    }

    public Task SignalContainerAsync(string containerId, int signal, CancellationToken ct) => throw new NotSupportedException();

    public Task RemoveContainerAsync(string containerId, CancellationToken ct)
    {
        Note($"remove {containerId}");
        lock (_gate) _containers.Remove(containerId);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<ContainerStatus>> ListContainersAsync(string? podUid, CancellationToken ct)
    {
        lock (_gate) return Task.FromResult<IReadOnlyList<ContainerStatus>>([.. _containers.Values.OrderBy(e => e.Order).Select(e => e.Status).Where(s => podUid is null || s.PodUid == podUid)]);
    }

    public Task<ContainerStatus> ContainerStatusAsync(string containerId, CancellationToken ct)
    {
        lock (_gate) return Task.FromResult(_containers[containerId].Status);
    }

    /// <summary>What each running container holds.</summary>
    public (long Memory, FileUsage Files) Held { get; set; }

    public Task<ContainerStats?> ContainerStatsAsync(string containerId, CancellationToken ct)
    {
        lock (_gate)
        {
            return Task.FromResult(_containers.TryGetValue(containerId, out var entry) && entry.Status.State == ContainerState.Running
                ? new ContainerStats(containerId, time.GetUtcNow(), 1, TimeSpan.Zero, Held.Memory, Held.Files, 1) : null);
        }
    }

    public Task<ExecResult> ExecSyncAsync(string containerId, IReadOnlyList<string> command, TimeSpan timeout, CancellationToken ct)
    {
        Note($"exec {string.Join(' ', command)}");
        return OnExec(containerId, command, ct);
    }

    public Task<int> ExecAsync(string containerId, ExecRequest request, ContainerStreams streams, CancellationToken ct) => throw new NotSupportedException();

    public Task AttachAsync(string containerId, ContainerStreams streams, CancellationToken ct) => throw new NotSupportedException();

    public async IAsyncEnumerable<LogLine> ReadLogsAsync(string containerId, LogOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        await Task.CompletedTask;
        yield return new LogLine(time.GetUtcNow(), LogStream.Stdout, "last words"u8.ToArray());
    }

    public async Task<PullResult> PullImageAsync(string image, ImageAuth? auth, IReadOnlyDictionary<string, string> annotations, CancellationToken ct)
    {
        Note($"pull {image}");
        await Pulling;
        if (PullErrors.TryGetValue(image, out var error)) return new PullResult(null, new PullError(PullErrorKind.NotFound, error));
        lock (_gate) _images.Add(image);
        return new PullResult(ImageOf(image), null);
    }

    public Task<ImageInfo?> ImageStatusAsync(string image, CancellationToken ct)
    {
        if (NameFaults.TryGetValue(image, out var fault)) throw new RuntimeException(RuntimeErrorCode.InvalidArgument, fault);
        lock (_gate) return Task.FromResult(_images.Contains(image) ? ImageOf(image) : null);
    }

    /// <summary>Images that nobody uses.</summary>
    public ConcurrentDictionary<string, ImageInfo> Unused { get; } = new();

    public Task<IReadOnlyList<ImageInfo>> ListImagesAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<ImageInfo>>([.. Unused.Values]);

    public Task RemoveImageAsync(string image, CancellationToken ct)
    {
        Note($"remove image {image}");
        Unused.TryRemove(image, out _);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<RuntimeEvent> WatchEventsAsync(CancellationToken ct) => _events.Reader.ReadAllAsync(ct);

    private static ImageInfo ImageOf(string image) => new() { Id = "sha256:1", RepoTags = [image], RepoDigests = [], Size = 1000 };

    private void Kill(Entry entry)
    {
        lock (_gate)
        {
            if (entry.Status.State != ContainerState.Running || NeverEnds) return;
            Note($"kill {entry.Status.Name}");
            ExitLocked(entry, 137);
        }
    }

    private void ExitLocked(Entry entry, int code)
    {
        entry.Status = entry.Status with
        {
            State = ContainerState.Exited, ExitCode = code, Reason = code == 0 ? "Completed" : "Error", FinishedAt = time.GetUtcNow(),
        };
        entry.Ended.TrySetResult();
        _events.Writer.TryWrite(new RuntimeEvent(RuntimeEventKind.ContainerDied, time.GetUtcNow(), entry.Status.PodUid, entry.Status.SandboxId, entry.Status.Id));
    }

    private void Note(string call) => _calls.Writer.TryWrite(call);

    private sealed class Entry(ContainerStatus status, int order)
    {
        public ContainerStatus Status { get; set; } = status;

        public int Order { get; } = order;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
