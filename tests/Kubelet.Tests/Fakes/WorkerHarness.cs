using System.Collections.Concurrent;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Kubelet.Admission;
using MiniK8s.Kubelet.Containers;
using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Hooks;
using MiniK8s.Kubelet.Images;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.StaticPods;
using MiniK8s.Kubelet.Status;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Fakes;

/// <summary>One pod's worker in its pool, with a runtime, an apiserver and a clock that the test holds. Jitter is none.</summary>
internal sealed class WorkerHarness : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PodWorkerPool _pool;
    private readonly PodRooms _rooms;
    private readonly Task _following;

    /// <param name="pod">As the node first hears of it; null: it hears of none yet.</param>
    /// <param name="api">Where the apiserver knows better.</param>
    public WorkerHarness(Pod? pod, FakeRuntime? runtime = null, ManualTimeProvider? time = null, FakeNode? node = null, FakePodApi? api = null)
    {
        Time = time ?? new ManualTimeProvider();
        Runtime = runtime ?? new FakeRuntime(Time);
        Api = api ?? new FakePodApi(pod ?? A.Pod());
        var events = new EventLog(Events);
        var hooks = new HookRunner(Runtime, new NoNetwork(), Time);
        var stopper = new ContainerStopper(Runtime, hooks, events);
        _rooms = new PodRooms(
            Runtime,
            Api,
            new PodSandboxes(Runtime, "node-1", DnsConfig.None, Objects, events),
            Volumes,
            new ContainerStarter(Runtime, new ImagePuller(Runtime, new PullSecrets(Objects, events), events, PullLimits.OneAtATime, Time), new PlainConfigs(), hooks, stopper, events, Time),
            stopper,
            new PodStopper(Runtime, stopper),
            new PodStatusBuilder(["10.0.0.1"], Probes),
            new PodStatusReporter(Api, Time, NullLogger<PodStatusReporter>.Instance, _stopping.Token),
            Probes,
            events,
            Admission(node),
            new NoJitter(),
            Time);
        _pool = new PodWorkerPool("node-1", _rooms, NullLoggerFactory.Instance, _stopping.Token);
        _following = _pool.FollowRuntimeAsync();
        if (pod is not null) _pool.Update(pod);
    }

    public ManualTimeProvider Time { get; }

    public FakeRuntime Runtime { get; }

    public FakePodApi Api { get; }

    public FakeProbes Probes { get; } = new();

    public FakeVolumes Volumes { get; } = new();

    public FakeObjects Objects { get; } = new();

    /// <summary>What the node is short of.</summary>
    public NodePressure Pressure { get; } = new();

    /// <summary><c>Reason: message</c>, in order.</summary>
    public ConcurrentQueue<string> Events { get; } = new();

    /// <summary>A change at the apiserver, told to the worker.</summary>
    public void Change(Action<Pod> change) => _pool.Update(Api.Change(change));

    public void Remove() => Remove(Api.Stored!);

    public void Remove(Pod pod) => _pool.Remove(pod);

    /// <summary>Another pod at the node's door.</summary>
    public Task<Refusal?> AdmitAsync(Pod pod) =>
        _rooms.Admission.AdmitAsync(new PodWorker(pod, _rooms, NullLogger<PodWorker>.Instance), _stopping.Token);

    /// <summary>The loop that drives its pods out, until the test is over.</summary>
    public Task EvictAsync(NodeIdentity identity, INodeFiles files, INodeUsage usage, INodeEvents events) => new EvictionLoop(
        identity, new NodeRuntime(Runtime, files, new NoNetwork(), usage), _rooms.Admission, _pool.IsOver, Pressure, events, new EventLog(Events), Time, NullLogger<EvictionLoop>.Instance)
        .RunAsync(_stopping.Token);

    /// <summary>A folder of manifests that feeds the pool.</summary>
    public StaticPodSource StaticPods(string folder) => new(folder, "node-1", _pool, Time, NullLogger<StaticPodSource>.Instance);
    /// <summary>A pod that the watch brings.</summary>
    public void Bring(Pod pod) => _pool.Update(pod);

    /// <summary>The first list is through.</summary>
    public Task StopOrphansAsync() => _pool.StopOrphansAsync();

    public void Wake() => _pool.Wake(A.Uid);

    /// <summary>Waits until nothing of the pod is left to do but to be forgotten.</summary>
    public async Task ReleasedAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!Volumes.IsUnmounted) await Task.Delay(5, patience.Token);
    }

    /// <summary>Waits until the pod is through.</summary>
    public async Task OverAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!_pool.IsOver(A.Uid)) await Task.Delay(5, patience.Token);
    }

    /// <summary>Waits until the pool knows nothing of the pod any more.</summary>
    public async Task ForgottenAsync()
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (_pool.Find("ns", "p") is not null) await Task.Delay(5, patience.Token);
    }

    /// <summary>Waits for an event with that reason.</summary>
    public async Task EventAsync(string reason)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (!Events.Any(e => e.StartsWith($"{reason}: ", StringComparison.Ordinal))) await Task.Delay(5, patience.Token);
    }

    /// <summary>Reads calls to the runtime until that one.</summary>
    public async Task CallAsync(string call)
    {
        while (await Runtime.Calls.ReadAsync().AsTask().OrMissing($"call '{call}'") != call)
        {
            // Others came first.
        }
    }

    /// <summary>Reads the next call to the runtime.</summary>
    public Task<string> NextCallAsync() => Runtime.Calls.ReadAsync().AsTask().OrMissing("a call to the runtime");

    /// <summary>The calls that nobody has read yet; for a worker that has come to rest.</summary>
    public IReadOnlyList<string> TakeCalls()
    {
        var calls = new List<string>();
        while (Runtime.Calls.TryRead(out var call)) calls.Add(call);
        return calls;
    }

    /// <summary>Reads written statuses until one is as wanted; "deleted" is not among them.</summary>
    public async Task<PodStatus> StatusAsync(string what, Func<PodStatus, bool> isWanted)
    {
        while (true)
        {
            var written = await Api.Writes.ReadAsync().AsTask().OrMissing(what);
            Assert.True(written is not null, $"The pod was deleted before it showed {what}.");
            if (isWanted(written.Status)) return written.Status;
        }
    }

    /// <summary>The next thing that reaches the apiserver; null is the final delete.</summary>
    public Task<Pod?> NextWriteAsync() => Api.Writes.ReadAsync().AsTask().OrMissing("a write to the apiserver");

    /// <summary>Reads until the final delete.</summary>
    public async Task<PodStatus> DeletedAsync()
    {
        PodStatus? last = null;
        while (await NextWriteAsync() is { } written) last = written.Status;
        return last!;
    }

    /// <summary>Waits until so many waits are armed, then moves on.</summary>
    public async Task AdvanceAsync(double seconds, int timers = 1)
    {
        await Time.WaitForTimersAsync(timers);
        Time.Advance(TimeSpan.FromSeconds(seconds));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _pool.DisposeAsync();
        await ((Task)_following).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private PodAdmission Admission(FakeNode? node)
    {
        var admission = new PodAdmission(node ?? new FakeNode(), Pressure, new EventLog(Events), Time);
        admission.Open(_stopping.Token);
        return admission;
    }

    private sealed class EventLog(ConcurrentQueue<string> events) : IPodEvents
    {
        public void Record(Pod pod, string type, string reason, string message, string? container = null) => events.Enqueue($"{reason}: {message}");
    }

    private sealed class PlainConfigs : IContainerConfigSource
    {
        public Task<ContainerConfig> BuildAsync(Pod pod, Container container, int attempt, PodSandboxStatus sandbox, CancellationToken ct) =>
            Task.FromResult(new ContainerConfig { Name = container.Name, Attempt = attempt, Image = container.Image });
    }

    private sealed class NoJitter : Random
    {
        public override double NextDouble() => 0;
    }
}

/// <summary>Volumes that are there, unless the test says what is missing.</summary>
internal sealed class FakeVolumes : IPodVolumes
{
    public string? Fault { get; set; }

    public bool IsUnmounted => _unmounted.Task.IsCompleted;

    public Task Unmounted => _unmounted.Task;

    private readonly TaskCompletionSource _unmounted = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task MountAsync(Pod pod, CancellationToken ct) => Fault is { } fault ? throw new VolumeException(fault) : Task.CompletedTask;

    public Task UnmountAsync(Pod pod, CancellationToken ct)
    {
        _unmounted.TrySetResult();
        return Task.CompletedTask;
    }
}
