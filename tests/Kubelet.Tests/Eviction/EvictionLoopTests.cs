using System.Collections.Concurrent;

using MiniK8s.Kubelet.Eviction;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Kubelet.Volumes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Eviction;

/// <summary>A node of 8 GiB with one pod, on a clock that the test moves.</summary>
[OneAtATime]
public sealed class EvictionLoopTests : INodeUsage, INodeEvents
{
    private const long Mi = 1 << 20;
    private const long Gi = 1 << 30;
    private const string Why =
        "The node was low on resource: memory. Threshold quantity: 100Mi, available: 92Mi. Container c was using 8100Mi, request is 0, has larger consumption of memory. ";

    private readonly ConcurrentQueue<string> _nodeEvents = new();
    private readonly ManualTimeProvider _time = new();
    private FakeRuntime? _runtime;
    private NodeUsage _used;

    [Fact]
    public async Task Look_MemoryPressure_EvictsThePodAndSaysWhy()
    {
        await using var world = await RunningAsync(A.Pod());
        world.Runtime.Held = (8100 * Mi, default);
        _used = new(8100 * Mi, 0, 0, 1);

        await NextLookAsync();

        var status = await world.StatusAsync("Evicted", status => status is { Phase: "Failed", Reason: "Evicted" });
        var disrupted = status.Conditions.Single(condition => condition.Type == "DisruptionTarget");
        Assert.Equal((Why, "True", "TerminationByKubelet", Why), (status.Message, disrupted.Status, disrupted.Reason, disrupted.Message));
        Assert.Contains($"Evicted: {Why}", world.Events);
        Assert.Equal(["MemoryPressure"], world.Pressure.Conditions);
        Assert.Equal("Warning EvictionThresholdMet Attempting to reclaim memory", _nodeEvents.First());
        await world.CallAsync("stop c 2");
    }

    [Fact]
    public async Task Look_Calm_DoesNothing()
    {
        await using var world = await RunningAsync(A.Pod());
        _used = new(8092 * Mi, 0, 0, 1);

        await NextLookAsync();
        await NextLookAsync();
        await _time.WaitForTimersAsync(2);

        Assert.Empty(world.Pressure.Conditions);
        Assert.Empty(_nodeEvents);
        Assert.Equal("Running", (await world.Runtime.ListContainersAsync(A.Uid, default)).Single().State.ToString());
    }

    [Fact]
    public async Task Look_CriticalPod_StaysAndTheConditionIsShown()
    {
        await using var world = await RunningAsync(A.Pod().With(pod => pod.Spec.Priority = 2_000_000_000));
        _used = new(8100 * Mi, 0, 0, 1);

        await NextLookAsync();
        await NextLookAsync();
        await _time.WaitForTimersAsync(2);

        Assert.Equal(["MemoryPressure"], world.Pressure.Conditions);
        Assert.DoesNotContain(world.Events, text => text.StartsWith("Evicted", StringComparison.Ordinal));
        Assert.True(_nodeEvents.Count >= 1);
    }

    [Fact]
    public async Task Look_VolumeBeyondItsLimit_EvictsWithoutAnyPressure()
    {
        var pod = A.Pod().With(p => p.Spec.Volumes.Add(PodRankingTests.Empty("v", "", "1Mi")));
        var files = new NodeFiles(new FileTree(new DirectoryNode(), _time));
        await using var world = await RunningAsync(pod, files);
        files.WriteFile($"{VolumePaths.OfVolume(A.Uid, pod.Spec.Volumes[0])}/big", new byte[2 * Mi]);

        await NextLookAsync();

        var status = await world.StatusAsync("Evicted", status => status is { Phase: "Failed", Reason: "Evicted" });
        Assert.Equal("Usage of EmptyDir volume \"v\" exceeds the limit \"1Mi\". ", status.Message);
        Assert.DoesNotContain(status.Conditions, condition => condition.Type == "DisruptionTarget");
        Assert.Empty(world.Pressure.Conditions);
        Assert.Empty(_nodeEvents);
    }

    [Fact]
    public async Task Look_DiskPressureAndAnUnusedImage_RemovesThatAndEvictsNobody()
    {
        await using var world = await RunningAsync(A.Pod(), unused: 20 * Gi);
        _used = new(0, 75 * Gi, 0, 1);

        await NextLookAsync();

        await world.CallAsync("remove image sha256:unused");
        await _time.WaitForTimersAsync(2);
        Assert.Equal(["DiskPressure"], world.Pressure.Conditions);
        Assert.Equal("Warning EvictionThresholdMet Attempting to reclaim ephemeral-storage", Assert.Single(_nodeEvents));
        Assert.DoesNotContain(world.Events, text => text.StartsWith("Evicted", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Look_DiskPressureAndAPodThatIsOver_ForgetsItsContainersAndItsSandbox()
    {
        await using var world = new WorkerHarness(A.Pod().RestartPolicy("Never"), new FakeRuntime(_time) { ExitAtStart = { ["c"] = 0 } }, _time);
        await world.StatusAsync("Succeeded", status => status.Phase == "Succeeded");
        await world.OverAsync();
        _used = new(0, 95 * Gi, 0, 0);

        _ = world.EvictAsync(Heartbeats.Node, new NodeFiles(new FileTree(new DirectoryNode(), _time)), this, this);

        await world.CallAsync("remove c-0");
        await world.CallAsync("remove sandbox");
        Assert.Equal("Succeeded", world.Api.Stored!.Status.Phase);
    }

    [Fact]
    public async Task Look_DiskPressureThatAnUnusedImageDoesNotEnd_EvictsForWhatWasSeenBefore()
    {
        await using var world = await RunningAsync(A.Pod(), unused: 1 * Gi);
        _used = new(0, 95 * Gi, 0, 1);

        await NextLookAsync();

        var status = await world.StatusAsync("Evicted", status => status is { Phase: "Failed", Reason: "Evicted" });
        Assert.Equal("The node was low on resource: ephemeral-storage. Threshold quantity: 10737418400, available: 4Gi. ", status.Message);
    }

    [Fact]
    public async Task Look_DiskPressureEndedButTheMinimumNotReclaimed_Evicts()
    {
        var settings = EvictionFlagsTests.Read(["nodefs.available<10Gi"], [], [], ["nodefs.available=2Gi"]);
        await using var world = await RunningAsync(A.Pod(), unused: 2 * Gi, settings: settings);
        _used = new(0, 89 * Gi, 0, 1);

        await NextLookAsync();

        var status = await world.StatusAsync("Evicted", status => status is { Phase: "Failed", Reason: "Evicted" });
        Assert.Equal("The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9Gi. ", status.Message);
    }

    [Theory]
    // grace of the pod, and the most that it may be | what its containers have
    [InlineData(30, 20, 20)]
    [InlineData(5, 20, 5)]
    [InlineData(30, 0, 2)]
    public async Task Look_SoftThreshold_GivesThePodItsGraceWithinTheMost(int own, int most, int given)
    {
        var settings = EvictionFlagsTests.Read([], ["memory.available<500Mi"], ["memory.available=10s"], []) with { MaxPodGrace = TimeSpan.FromSeconds(most) };
        await using var world = await RunningAsync(A.Pod().With(pod => pod.Spec.TerminationGracePeriodSeconds = own), settings: settings);
        _used = new(8000 * Mi, 0, 0, 1);

        await NextLookAsync();
        await NextLookAsync();

        await world.CallAsync($"stop c {given}");
        Assert.Contains("Evicted: The node was low on resource: memory. Threshold quantity: 500Mi, available: 192Mi. ", world.Events);
    }

    [Fact]
    public async Task Look_ThePodWillNotGo_SaysSoAfterTenSecondsAndLooksAgainAfterThirtyMore()
    {
        await using var world = await RunningAsync(A.Pod());
        world.Runtime.NeverEnds = true;
        _used = new(8100 * Mi, 0, 0, 1);
        await NextLookAsync();
        await world.CallAsync("stop c 2");

        await world.AdvanceAsync(10, timers: 3);
        await world.EventAsync("ExceededGracePeriod");
        Assert.Single(_nodeEvents);
        await world.AdvanceAsync(30, timers: 1);

        using var patience = new CancellationTokenSource(Patience.Limit);
        while (_nodeEvents.Count < 2) await Task.Delay(5, patience.Token);
        Assert.Contains("ExceededGracePeriod: Container runtime did not kill the pod within specified grace period.", world.Events);
    }

    NodeUsage INodeUsage.Read() => _used with { DiskBytes = _used.DiskBytes + (_runtime?.Unused.Values.Sum(image => image.Size) ?? 0) };

    IAsyncEnumerable<OutOfMemoryKill> INodeUsage.WatchOutOfMemoryAsync(CancellationToken ct) => throw new NotSupportedException();

    void INodeEvents.Starting(string node) => throw new NotSupportedException();

    void INodeEvents.ShuttingDown(string node) => throw new NotSupportedException();

    void INodeEvents.NotReady(string node) => throw new NotSupportedException();

    void INodeEvents.Record(string node, string type, string reason, string message) => _nodeEvents.Enqueue($"{type} {reason} {message}");

    // The pod runs, and has been looked at once; its worker's wait and the loop's are armed.
    private async Task<WorkerHarness> RunningAsync(Pod pod, NodeFiles? files = null, long unused = 0, EvictionSettings? settings = null)
    {
        var world = new WorkerHarness(pod, time: _time);
        _runtime = world.Runtime;
        if (unused > 0) world.Runtime.Unused["sha256:unused"] = new ImageInfo { Id = "sha256:unused", RepoTags = ["unused:1"], RepoDigests = [], Size = unused };
        await world.StatusAsync("Running", status => status.Phase == "Running");
        _ = world.EvictAsync(Heartbeats.Node with { Eviction = settings ?? EvictionSettings.Default }, files ?? new NodeFiles(new FileTree(new DirectoryNode(), _time)), this, this);
        return world;
    }

    private async Task NextLookAsync()
    {
        await _time.WaitForTimersAsync(2);
        _time.Advance(TimeSpan.FromSeconds(10));
    }
}
