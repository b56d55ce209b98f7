using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Coordination.V1;

using ContainerState = MiniK8s.Kubelet.Runtime.ContainerState;

namespace MiniK8s.Kubelet.Tests.Faults;

/// <summary>The kubelet comes back and is told of its pods as they once were.</summary>
[OneAtATime]
public sealed class StaleViewTests
{
    [Fact]
    public async Task StaleView_StartInFlight_PodThatIsGoneNeverStarts()
    {
        var api = new FakePodApi(A.Pod());
        api.Vanish();

        await using var worker = new WorkerHarness(A.Pod(), api: api);

        // What the watch still tells of it begins nothing either.
        await worker.ReleasedAsync();
        worker.Bring(A.Pod().With(pod => pod.Metadata.Labels["late"] = "news"));
        worker.Remove(A.Pod());
        await worker.ForgottenAsync();
        Assert.Empty(worker.TakeCalls());
        Assert.Empty(worker.Events);
        Assert.False(api.Writes.TryRead(out _));
    }

    [Fact]
    public async Task StaleView_StartInFlight_PodWithANamesakeNeverStarts()
    {
        var api = new FakePodApi(A.Pod());
        api.Change(pod => pod.Metadata.Uid = "another");

        await using var worker = new WorkerHarness(A.Pod(), api: api);

        await worker.ReleasedAsync();
        worker.Remove(A.Pod());
        await worker.ForgottenAsync();
        Assert.Empty(worker.TakeCalls());
        Assert.False(api.Writes.TryRead(out _));
    }

    [Fact]
    public async Task StaleView_StartInFlight_ApiserverDoesNotAnswer_WaitsUntilItDoes()
    {
        var api = new FakePodApi(A.Pod()) { IsUnreachable = true };
        await using var worker = new WorkerHarness(A.Pod(), api: api);

        await worker.Time.WaitForTimersAsync(1);
        Assert.Equal(1, api.Reads);
        Assert.Empty(worker.TakeCalls());
        api.IsUnreachable = false;
        await worker.AdvanceAsync(10);

        await worker.CallAsync("start c 0");
    }

    [Fact]
    public async Task StaleView_StartInFlight_PodAsListed_IsAskedForOnce()
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time);
        runtime.ExitAtStart["c"] = 1;
        await using var worker = new WorkerHarness(A.Pod(), runtime, time);

        await worker.CallAsync("start c 0");
        await worker.CallAsync("start c 1");

        Assert.Equal(1, worker.Api.Reads);
    }

    [Fact]
    public async Task StaleView_StartInFlight_PodThatCameByWatch_IsNotAskedFor()
    {
        await using var world = new WorkerHarness(null, api: new FakePodApi(A.Pod()));
        await world.StopOrphansAsync();

        world.Bring(A.Pod());
        await world.CallAsync("start c 0");

        Assert.Equal(0, world.Api.Reads);
    }

    [Fact]
    public async Task StaleView_StartInFlight_PodHasChanged_StartsAsItIsNow()
    {
        var api = new FakePodApi(A.Pod());
        api.Change(pod => pod.Spec.Containers[0].Image = "app:2");

        await using var worker = new WorkerHarness(A.Pod(), api: api);

        await worker.CallAsync("pull app:2");
        await worker.CallAsync("start c 0");
    }

    [Fact]
    public async Task StaleView_Running_WatchTellsWhatWasBefore_RunsOnAsItIsNow()
    {
        var api = new FakePodApi(A.Pod());
        var before = api.Change(pod => pod.Metadata.Labels["a"] = "b");
        api.Change(pod => pod.Spec.Containers[0].Image = "app:2");
        await using var worker = new WorkerHarness(A.Pod(), api: api);
        await worker.StatusAsync("Running", s => s.Phase == "Running");
        Assert.Contains("pull app:2", worker.TakeCalls());

        worker.Bring(before);
        await OneAtATimeAttribute.OthersFirstAsync();

        Assert.Empty(worker.TakeCalls());
    }

    [Fact]
    public async Task StaleView_Running_PodThatTheListLacks_RunsOn()
    {
        var time = new ManualTimeProvider();
        var runtime = await RunningAsync(time);
        await using var world = new WorkerHarness(null, runtime, time, api: new FakePodApi(A.Pod()));

        await world.StopOrphansAsync();

        Assert.Equal(ContainerState.Running, (await runtime.ListContainersAsync(A.Uid, default)).Single().State);
    }

    [Fact]
    public async Task StaleView_Running_PodThatIsNoMore_IsRemovedOnceTheApiserverSaysSo()
    {
        var time = new ManualTimeProvider();
        var runtime = await RunningAsync(time);
        var api = new FakePodApi(A.Pod()) { IsUnreachable = true };
        await using var world = new WorkerHarness(null, runtime, time, api: api);

        await Assert.ThrowsAsync<MiniK8s.Api.Errors.ApiException>(world.StopOrphansAsync);
        Assert.Equal(ContainerState.Running, (await runtime.ListContainersAsync(A.Uid, default)).Single().State);
        api.IsUnreachable = false;
        api.Vanish();
        await world.StopOrphansAsync();

        Assert.Empty(await runtime.ListContainersAsync(A.Uid, default));
    }

    [Fact]
    public async Task StaleView_Running_PodThatRuns_IsNeitherStartedNorAskedFor()
    {
        var time = new ManualTimeProvider();
        var runtime = await RunningAsync(time);
        await using var worker = new WorkerHarness(A.Pod(), runtime, time);

        await worker.StatusAsync("Running", s => s.Phase == "Running");
        await time.WaitForTimersAsync(1);

        Assert.Equal(0, worker.Api.Reads);
        Assert.Empty(worker.TakeCalls());
    }

    [Fact]
    public async Task StaleView_Grace_PodThatHasBeenStoppedIsNotRevived()
    {
        var time = new ManualTimeProvider();
        var runtime = await RunningAsync(time);
        runtime.Exit("c", 0);
        var api = new FakePodApi(A.Pod());
        api.Change(pod => pod.Deleting(time.GetUtcNow(), 30));

        await using var worker = new WorkerHarness(A.Pod(), runtime, time, api: api);

        var last = await worker.DeletedAsync();
        Assert.Equal(("Succeeded", 0), (last.Phase, last.ContainerStatuses[0].RestartCount));
        Assert.DoesNotContain(worker.TakeCalls(), call => call.StartsWith("start", StringComparison.Ordinal));
    }

    [Fact]
    public async Task StaleView_Grace_PodThatHasFinishedIsNotRevived()
    {
        var api = new FakePodApi(A.Pod());
        api.Change(pod => pod.Status.Phase = "Succeeded");

        await using var worker = new WorkerHarness(A.Pod(), api: api);
        await worker.Volumes.Unmounted.OrMissing("the release of the pod's volumes");

        Assert.Empty(worker.TakeCalls());
        Assert.Equal("Succeeded", api.Stored!.Status.Phase);
    }

    [Fact]
    public async Task StaleView_LeaseRenewal_ConflictIsReadAnewAndRenewed()
    {
        var time = new ManualTimeProvider();
        var api = new FakeApiClient();
        using var stop = new CancellationTokenSource();
        api.Put(new Lease { Metadata = new() { Namespace = "kube-node-lease", Name = "node-1" }, Spec = new LeaseSpec() });
        var refusals = 1;
        api.Refuse = write => write.StartsWith("update Lease", StringComparison.Ordinal) && refusals-- > 0 ? FakeApiClient.Refusal(409, "Conflict") : null;
        var lease = new NodeLease("node-1", "uid", api, time, new Random(1), NullLogger<NodeLease>.Instance).RunAsync(stop.Token);

        await time.WaitForTimersAsync(1);
        time.Advance(TimeSpan.FromMilliseconds(200));

        Assert.Equal("update Lease kube-node-lease/node-1", await api.Writes.Reader.ReadAsync().AsTask().OrMissing("the renewal"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lease);
    }

    // A container that an earlier kubelet has started.
    private static async Task<FakeRuntime> RunningAsync(ManualTimeProvider time)
    {
        var runtime = new FakeRuntime(time);
        await runtime.RunPodSandboxAsync(new PodSandboxConfig { Name = "p", Namespace = "ns", Uid = A.Uid }, default);
        var id = await runtime.CreateContainerAsync("s0", new Kubelet.Runtime.ContainerConfig { Name = "c", Image = "app:1" }, default);
        await runtime.StartContainerAsync(id, default);
        while (runtime.Calls.TryRead(out _))
        {
            // The earlier kubelet's.
        }
        return runtime;
    }
}
