using System.Collections.Concurrent;

using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using ContainerStatus = MiniK8s.Protocol.Core.V1.ContainerStatus;

namespace MiniK8s.Kubelet.Tests.PodWorkers;

/// <summary>A pod's life as the apiserver and the runtime see it.</summary>
[OneAtATime]
public sealed class PodWorkerTests
{
    [Fact]
    public async Task Run_NewPod_PublishesWaitingBeforeItActsAndThenRunning()
    {
        await using var worker = new WorkerHarness(A.Pod());

        var first = (await worker.NextWriteAsync())!.Status;
        var second = (await worker.NextWriteAsync())!.Status;

        Assert.Equal("Pending", first.Phase);
        Assert.Equal("ContainerCreating", Only(first).State.Waiting.Reason);
        Assert.Equal("PodReadyToStartContainers=False Initialized=True Ready=False ContainersReady=False PodScheduled=True", Conditions(first));
        Assert.Equal("containers with unready status: [c]", first.Conditions.Single(c => c.Type == "Ready").Message);
        Assert.Equal(A.Noon, first.StartTime.ToDateTimeOffset());
        Assert.Equal(("", "10.0.0.1", "app:1", ""), (first.PodIp, first.HostIp, Only(first).Image, Only(first).ImageId));
        Assert.True(Only(first) is { HasStarted: true, Started: false, Ready: false, RestartCount: 0 });
        Assert.Equal("Running", second.Phase);
        Assert.Equal("10.244.0.2", second.PodIp);
        Assert.Equal("PodReadyToStartContainers=True Initialized=True Ready=True ContainersReady=True PodScheduled=True", Conditions(second));
        Assert.True(Only(second) is { Started: true, Ready: true, ContainerId: "containerd://c-0" });
        Assert.Equal(
            ["Pulling: Pulling image \"app:1\"", "Pulled: Successfully pulled image \"app:1\" in 0s (0s including waiting). Image size: 1000 bytes.", "Created: Created container: c", "Started: Started container c"],
            worker.Events);
    }

    [Fact]
    public async Task Run_DiesAtOnce_RestartsWithGrowingDelays()
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time);
        runtime.ExitAtStart["c"] = 1;
        await using var worker = new WorkerHarness(A.Pod(), runtime, time);

        // The first restart has no delay; it is the second that waits.
        foreach (var (restarts, ticks, shown) in new[] { (1, 1, "10s"), (2, 2, "20s"), (3, 4, "40s"), (4, 8, "1m20s") })
        {
            var status = await worker.StatusAsync($"CrashLoopBackOff after {restarts} restarts", s =>
                Only(s) is { State.Waiting.Reason: "CrashLoopBackOff" } && Only(s).RestartCount == restarts);
            Assert.Equal($"back-off {shown} restarting failed container=c pod=p_ns(uid-1)", Only(status).State.Waiting.Message);
            Assert.Equal((1, "Error"), (Only(status).LastState.Terminated.ExitCode, Only(status).LastState.Terminated.Reason));
            Assert.Equal("Running", status.Phase);
            for (var tick = 0; tick < ticks; tick++) await worker.AdvanceAsync(10);
        }
        await worker.CallAsync("start c 5");
    }

    [Fact]
    public async Task Run_LivenessFailsAgainAndAgain_IsHeldBackByTheEndBeforeAndSoLater()
    {
        await using var worker = await RunningAsync(A.Pod());

        // Killed every 14 s: started at once, at once (delay 10 s from now on), after 14 s (20 s), and then no more.
        for (var kill = 0; kill < 4; kill++)
        {
            await worker.Time.WaitForTimersAsync(1);
            worker.Time.Advance(TimeSpan.FromSeconds(14));
            worker.Probes.Failures[$"c-{kill}"] = new ContainerKillReason("Container {0} failed liveness probe, will be restarted", "liveness");
            worker.Wake();
            await worker.CallAsync("stop c 30");
            if (kill < 3) await worker.StatusAsync($"instance {kill + 1}", s => Only(s) is { State.Running: not null } && Only(s).RestartCount == kill + 1);
        }

        var held = await worker.StatusAsync("CrashLoopBackOff", s => Only(s).State.Waiting?.Reason == "CrashLoopBackOff");
        Assert.Equal("back-off 20s restarting failed container=c pod=p_ns(uid-1)", Only(held).State.Waiting.Message);
        Assert.Equal(4, worker.Events.Count(e => e == "Killing: Container c failed liveness probe, will be restarted"));
    }

    [Fact]
    public async Task Run_ImageCannotBePulled_AlternatesAndNeverCountsARestart()
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time);
        runtime.PullErrors["app:1"] = "not found";
        await using var worker = new WorkerHarness(A.Pod(), runtime, time);

        var failed = await worker.StatusAsync("ErrImagePull", s => Only(s).State.Waiting?.Reason == "ErrImagePull");
        Assert.Equal(("Pending", "not found", 0), (failed.Phase, Only(failed).State.Waiting.Message, Only(failed).RestartCount));
        await worker.AdvanceAsync(1);
        var held = await worker.StatusAsync("ImagePullBackOff", s => Only(s).State.Waiting?.Reason == "ImagePullBackOff");
        Assert.Equal("Back-off pulling image \"app:1\": ErrImagePull: not found", Only(held).State.Waiting.Message);
        runtime.PullErrors.Clear();
        await worker.AdvanceAsync(10);
        var running = await worker.StatusAsync("Running", s => s.Phase == "Running");
        Assert.Equal(0, Only(running).RestartCount);
    }

    [Fact]
    public async Task Run_PostStartFails_ShowsWhyAndIsTriedAgainASecondLater()
    {
        var time = new ManualTimeProvider();
        var container = A.Container("c");
        container.Lifecycle = new Lifecycle { PostStart = new LifecycleHandler { Exec = new ExecAction { Command = { "greet" } } } };
        var tried = new ConcurrentQueue<DateTimeOffset>();
        var runtime = new FakeRuntime(time)
        {
            OnExec = (_, _, _) =>
            {
                tried.Enqueue(time.GetUtcNow());
                return Task.FromResult(new ExecResult(3, "", ""));
            },
        };
        await using var worker = new WorkerHarness(A.Pod(container), runtime, time);

        var status = await worker.StatusAsync("PostStartHookError", s => Only(s).State.Waiting?.Reason == "PostStartHookError");
        await worker.AdvanceAsync(1);
        await worker.StatusAsync("the second failure", s => Only(s).RestartCount == 1);

        Assert.Equal(0, Only(status).RestartCount);
        Assert.Equal([A.Noon, A.Noon.AddSeconds(1)], tried);
    }

    [Fact]
    public async Task Run_OwnStatusComesBack_IsNoReasonToLookAgain()
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time);
        runtime.PullErrors["app:1"] = "not found";
        await using var worker = new WorkerHarness(A.Pod(), runtime, time);
        await worker.StatusAsync("ErrImagePull", s => Only(s).State.Waiting?.Reason == "ErrImagePull");
        await time.WaitForTimersAsync(1);

        worker.Change(p => p.Status.Message = "somebody's word");
        await OneAtATimeAttribute.OthersFirstAsync();       // or a look at it would fall together with the next
        worker.Change(p => p.Metadata.Labels["a"] = "b");
        await worker.StatusAsync("ImagePullBackOff", s => Only(s).State.Waiting?.Reason == "ImagePullBackOff");

        Assert.Single(worker.Events, e => e.StartsWith("BackOff", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_InitContainers_OneAfterTheOtherThenTheMain()
    {
        await using var worker = new WorkerHarness(A.Pod().Init(A.Container("i1"), A.Container("i2")));

        await worker.CallAsync("start i1 0");
        var status = await worker.StatusAsync("i1 running", s => s.InitContainerStatuses[0].State.Running is not null);
        Assert.Equal(("Pending", "PodInitializing"), (status.Phase, Only(status).State.Waiting.Reason));
        Assert.Equal("containers with incomplete status: [i1 i2]", status.Conditions.Single(c => c.Type == "Initialized").Message);
        worker.Runtime.Exit("i1", 0);
        await worker.CallAsync("start i2 0");
        worker.Runtime.Exit("i2", 0);
        await worker.CallAsync("start c 0");
        var running = await worker.StatusAsync("Running", s => s.Phase == "Running");
        Assert.All(running.InitContainerStatuses, s => Assert.True(s is { Ready: true, Started: false, State.Terminated.Reason: "Completed" }));
    }

    [Fact]
    public async Task Run_InitFailsUnderNever_PodFailsAndMainsStayWaiting()
    {
        await using var worker = new WorkerHarness(A.Pod().RestartPolicy("Never").Init(A.Container("i1")));
        await worker.CallAsync("start i1 0");

        worker.Runtime.Exit("i1", 1);

        var status = await worker.StatusAsync("Failed", s => s.Phase == "Failed");
        Assert.Equal("PodInitializing", Only(status).State.Waiting.Reason);
        Assert.Equal("PodFailed", status.Conditions.Single(c => c.Type == "Ready").Reason);
    }

    [Fact]
    public async Task Run_ExitsWith0UnderOnFailure_SucceedsAndStays()
    {
        await using var worker = new WorkerHarness(A.Pod().RestartPolicy("OnFailure"));
        await worker.CallAsync("start c 0");

        worker.Runtime.Exit("c", 0);

        var status = await worker.StatusAsync("Succeeded", s => s.Phase == "Succeeded");
        Assert.Equal("PodReadyToStartContainers=False Initialized=True Ready=False ContainersReady=False PodScheduled=True", Conditions(status));
        Assert.Equal("PodCompleted", status.Conditions.Single(c => c.Type == "Initialized").Reason);
        Assert.Equal("Completed", Only(status).State.Terminated.Reason);
        Assert.NotNull(worker.Api.Stored);
    }

    [Fact]
    public async Task Run_ActiveDeadlinePassed_FailsAndStops()
    {
        await using var worker = new WorkerHarness(A.Pod().With(p => p.Spec.ActiveDeadlineSeconds = 20));
        await worker.StatusAsync("Running", s => s.Phase == "Running");

        await worker.AdvanceAsync(20);

        await worker.CallAsync("stop c 30");
        var status = await worker.StatusAsync("Failed", s => s.Phase == "Failed");
        Assert.Equal(("DeadlineExceeded", "Pod was active on the node longer than the specified deadline"), (status.Reason, status.Message));
        Assert.NotNull(worker.Api.Stored);
    }

    [Fact]
    public async Task Run_VolumeMissing_WaitsAndMends()
    {
        var pod = A.Pod();
        await using var worker = new WorkerHarness(pod);
        worker.Volumes.Fault = null;
        await worker.StatusAsync("Running", s => s.Phase == "Running");

        worker.Volumes.Fault = "MountVolume.SetUp failed for volume \"v\" : configmap \"x\" not found";
        worker.Wake();
        await worker.Time.WaitForTimersAsync(1);
        worker.Runtime.Exit("c", 1);
        await worker.StatusAsync("the exit", s => Only(s).State.Terminated is not null);
        await worker.EventAsync("FailedMount");
        worker.Volumes.Fault = null;
        await worker.AdvanceAsync(15);

        await worker.CallAsync("start c 1");
        Assert.Contains("FailedMount: MountVolume.SetUp failed for volume \"v\" : configmap \"x\" not found", worker.Events);
    }

    [Fact]
    public async Task Delete_IgnoresSigterm_IsKilledAtTheEndOfTheGraceAndThenDeleted()
    {
        await using var worker = await RunningAsync(A.Pod());
        worker.Runtime.ExitAtStop["c"] = null;

        worker.Change(p => p.Deleting(worker.Time.GetUtcNow(), 30));
        await worker.CallAsync("stop c 30");
        await worker.AdvanceAsync(30, timers: 2);
        await worker.CallAsync("kill c");

        var last = await worker.DeletedAsync();
        Assert.Equal(("Failed", 137, "Error"), (last.Phase, Only(last).State.Terminated.ExitCode, Only(last).State.Terminated.Reason));
        Assert.Equal("10.244.0.2", last.PodIp);
        Assert.Contains("Killing: Stopping container c", worker.Events);
        Assert.True(worker.Volumes.IsUnmounted);
    }

    [Fact]
    public async Task Delete_HandlesSigterm_EndsAsSucceededWithTheTerminalPhaseBeforeTheDelete()
    {
        await using var worker = await RunningAsync(A.Pod());

        worker.Change(p => p.Deleting(worker.Time.GetUtcNow(), 30));

        var last = await worker.DeletedAsync();
        Assert.Equal("Succeeded", last.Phase);
    }

    [Fact]
    public async Task Delete_PreStopOutlastsTheGrace_IsAbandonedAndTheContainerGetsTwoSeconds()
    {
        var container = A.Container("c");
        container.Lifecycle = new Lifecycle { PreStop = new LifecycleHandler { Exec = new ExecAction { Command = { "sleep", "60" } } } };
        await using var worker = await RunningAsync(A.Pod(container));
        worker.Runtime.ExitAtStop["c"] = null;
        worker.Runtime.OnExec = async (_, _, ct) =>
        {
            await Task.Delay(Timeout.Infinite, ct);
            throw new InvalidOperationException("The hook was not abandoned.");
        };

        worker.Change(p => p.Deleting(worker.Time.GetUtcNow(), 5));
        await worker.CallAsync("exec sleep 60");
        worker.Time.Advance(TimeSpan.FromSeconds(5));
        await worker.CallAsync("stop c 2");
        await worker.AdvanceAsync(2);
        await worker.CallAsync("kill c");

        Assert.Equal("Failed", (await worker.DeletedAsync()).Phase);
        Assert.DoesNotContain(worker.Events, e => e.StartsWith("FailedPreStopHook", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Delete_PreStopUsesPartOfTheGrace_TheRestIsForTheSignal()
    {
        var container = A.Container("c");
        container.Lifecycle = new Lifecycle { PreStop = new LifecycleHandler { Sleep = new SleepAction { Seconds = 4 } } };
        await using var worker = await RunningAsync(A.Pod(container));

        worker.Change(p => p.Deleting(worker.Time.GetUtcNow(), 10));
        await worker.AdvanceAsync(4, timers: 2);

        await worker.CallAsync("stop c 6");
        await worker.DeletedAsync();
    }

    [Fact]
    public async Task Delete_SecondTimeWithShorterGrace_ShortensTheRunningStop()
    {
        await using var worker = await RunningAsync(A.Pod());
        worker.Runtime.ExitAtStop["c"] = null;
        var requested = worker.Time.GetUtcNow();
        worker.Change(p => p.Deleting(requested, 30));
        await worker.CallAsync("stop c 30");
        await worker.AdvanceAsync(10, timers: 2);

        worker.Change(p => p.Deleting(requested, 15));

        await worker.CallAsync("stop c 5");
        await worker.AdvanceAsync(5, timers: 3);        // the first stop's, the second's and the deadline's
        await worker.CallAsync("kill c");
        await worker.DeletedAsync();
        Assert.Equal(requested.AddSeconds(15), worker.Time.GetUtcNow());
    }

    [Fact]
    public async Task Delete_WhilePulling_FinishesTheStartAndThenStops()
    {
        var time = new ManualTimeProvider();
        var pulled = new TaskCompletionSource();
        var runtime = new FakeRuntime(time) { Pulling = pulled.Task };
        await using var worker = new WorkerHarness(A.Pod(A.Container("a"), A.Container("b")), runtime, time);
        await worker.CallAsync("pull app:1");

        worker.Change(p => p.Deleting(time.GetUtcNow(), 30));
        pulled.SetResult();

        await worker.CallAsync("start a 0");
        Assert.Equal("stop a 30", await worker.NextCallAsync());
        var last = await worker.DeletedAsync();
        Assert.Equal("Failed", last.Phase);
        var never = last.ContainerStatuses.Single(s => s.Name == "b").State.Terminated;
        Assert.Equal(("ContainerStatusUnknown", 137, "The container could not be located when the pod was terminated"), (never.Reason, never.ExitCode, never.Message));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Delete_NothingEverRan_FailsAndGoesOnNamingWhatWasNotReady(bool hasInit)
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time);
        runtime.PullErrors["app:1"] = "not found";
        await using var worker = new WorkerHarness(hasInit ? A.Pod().Init(A.Container("i1"), A.Container("i2")) : A.Pod(), runtime, time);
        await worker.CallAsync("pull app:1");

        worker.Change(p => p.Deleting(time.GetUtcNow(), 30));

        var last = await worker.DeletedAsync();
        var ready = last.Conditions.Single(c => c.Type == "Ready");
        Assert.Equal(("Failed", "ContainersNotReady", "containers with unready status: [c]"), (last.Phase, ready.Reason, ready.Message));
        // The first container has no result; what would have come after it has not been begun.
        Assert.Equal("ContainerStatusUnknown", (hasInit ? last.InitContainerStatuses[0] : Only(last)).State.Terminated.Reason);
        if (hasInit) Assert.All([last.InitContainerStatuses[1], Only(last)], s => Assert.Equal("PodInitializing", s.State.Waiting.Reason));
    }

    [Fact]
    public async Task Delete_KubeletRestartedInTheMiddle_GoesOnToTheRecordedDeadline()
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time);
        await runtime.RunPodSandboxAsync(new PodSandboxConfig { Name = "p", Namespace = "ns", Uid = A.Uid }, CancellationToken.None);
        var id = await runtime.CreateContainerAsync("s0", new ContainerConfig { Name = "c", Image = "app:1" }, CancellationToken.None);
        await runtime.StartContainerAsync(id, CancellationToken.None);
        var pod = A.Pod().Deleting(time.GetUtcNow().AddSeconds(-23), 30);

        await using var worker = new WorkerHarness(pod, runtime, time);

        await worker.CallAsync("stop c 7");
        await worker.DeletedAsync();
    }

    [Fact]
    public async Task Delete_Forced_StopsQuicklyAndForgetsWithoutAWord()
    {
        await using var worker = await RunningAsync(A.Pod());
        worker.Runtime.ExitAtStop["c"] = null;

        worker.Change(p => p.Deleting(worker.Time.GetUtcNow(), 0));
        worker.Remove();
        await worker.CallAsync("stop c 2");
        await worker.AdvanceAsync(2, timers: 2);

        await worker.CallAsync("kill c");
        await worker.CallAsync("remove sandbox");
    }

    [Fact]
    public async Task Delete_WithSidecars_TheirSignalsComeLastAndInReverse()
    {
        await using var worker = new WorkerHarness(A.Pod().Init(A.Sidecar("s1"), A.Sidecar("s2")));
        await worker.CallAsync("start c 0");
        await worker.StatusAsync("Running", s => s.Phase == "Running");

        worker.Change(p => p.Deleting(worker.Time.GetUtcNow(), 30));

        Assert.Equal("stop c 30", await worker.NextCallAsync());
        Assert.Equal("stop s2 30", await worker.NextCallAsync());
        Assert.Equal("stop s1 30", await worker.NextCallAsync());
        Assert.Equal("Succeeded", (await worker.DeletedAsync()).Phase);
        Assert.Equal(3, worker.Events.Count(e => e.StartsWith("Killing", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Delete_WithSidecarsAndStubbornMain_SidecarSignalComesAtTheEndOfTheGrace()
    {
        await using var worker = new WorkerHarness(A.Pod().Init(A.Sidecar("s1")));
        await worker.StatusAsync("Running", s => s.Phase == "Running");
        worker.Runtime.ExitAtStop["c"] = null;

        worker.Change(p => p.Deleting(worker.Time.GetUtcNow(), 10));
        await worker.CallAsync("stop c 10");
        await worker.AdvanceAsync(10, timers: 2);

        await worker.CallAsync("stop s1 2");
        await worker.DeletedAsync();
    }

    private static async Task<WorkerHarness> RunningAsync(Pod pod)
    {
        var worker = new WorkerHarness(pod);
        await worker.StatusAsync("Running", s => s.Phase == "Running");
        return worker;
    }

    private static ContainerStatus Only(PodStatus status) => status.ContainerStatuses.Single();

    private static string Conditions(PodStatus status) => string.Join(' ', status.Conditions.Select(c => $"{c.Type}={c.Status}"));
}
