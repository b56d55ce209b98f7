using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using ContainerState = MiniK8s.Protocol.Core.V1.ContainerState;
using ContainerStatus = MiniK8s.Protocol.Core.V1.ContainerStatus;

namespace MiniK8s.Kubelet.Tests.Faults;

/// <summary>The kubelet comes back to a runtime that has forgotten its containers: the apiserver alone remembers what they were.</summary>
[OneAtATime]
public sealed class LostRuntimeTests
{
    [Fact]
    public async Task LostRuntime_ContainerThatWasDoneRunsAgain_ItsEndStaysUntilItEndsAgain()
    {
        var pod = A.Pod(A.Container("done"), A.Container("server")).RestartPolicy("OnFailure").With(p => p.Status.ContainerStatuses.Add([Ended("done"), Running("server")]));
        await using var worker = new WorkerHarness(pod);

        var first = await worker.NextWriteAsync();
        Assert.Equal((0, 137), (Named(first!, "done").State.Terminated.ExitCode, Named(first!, "server").LastState.Terminated.ExitCode));
        await worker.CallAsync("start done 1");
        await worker.CallAsync("start server 1");
        worker.Runtime.Exit("done", 0);

        // Nothing in between said that it was running again, nor anything else of the pod meanwhile.
        var second = await worker.NextWriteAsync();
        Assert.Equal(("containerd://done-1", 1), (Named(second!, "done").State.Terminated.ContainerId, Named(second!, "done").RestartCount));
        Assert.NotNull(Named(second!, "server").State.Running);
    }

    [Fact]
    public async Task LostRuntime_NextStartFailsAtFirst_TheCountGoesOn()
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time) { PullErrors = { ["app:1"] = "not found" } };
        await using var worker = new WorkerHarness(A.Pod().With(p => p.Status.ContainerStatuses.Add(Running("c", restarts: 2))), runtime, time);
        await worker.StatusAsync("the loss", status => status.ContainerStatuses[0] is { RestartCount: 3, State.Waiting.Reason: "ErrImagePull" });

        // From here on the worker has the pod with the loss in its status.
        runtime.PullErrors.Clear();
        worker.Change(p => p.Metadata.Labels["more"] = "news");
        await worker.EventAsync("BackOff");
        await worker.AdvanceAsync(10);

        await worker.CallAsync("start c 3");
    }

    [Fact]
    public async Task LostRuntime_PodIsDeletedAndItsLastStatusMayNotBeTold_EndsAsItWasLastShown()
    {
        var time = new ManualTimeProvider();
        var runtime = new FakeRuntime(time);
        await runtime.RunPodSandboxAsync(new PodSandboxConfig { Name = "p", Namespace = "ns", Uid = A.Uid }, CancellationToken.None);
        // Made again by the kubelet's last life, which died before it started it.
        await runtime.CreateContainerAsync("s0", new ContainerConfig { Name = "i2", Image = "app:1" }, CancellationToken.None);
        var pod = A.Pod().RestartPolicy("Never").Init(A.Container("i1"), A.Container("i2")).Deleting(time.GetUtcNow(), 30).With(p =>
        {
            p.Status.InitContainerStatuses.Add([Ended("i1"), Ended("i2")]);
            p.Status.ContainerStatuses.Add(Running("c"));
        });

        await using var worker = new WorkerHarness(pod, runtime, time);

        var last = await worker.DeletedAsync();
        Assert.Equal("Failed", last.Phase);
        Assert.All(last.InitContainerStatuses, init => Assert.Equal(0, init.State.Terminated.ExitCode));
        Assert.Equal((137, "ContainerStatusUnknown"), (last.ContainerStatuses[0].State.Terminated.ExitCode, last.ContainerStatuses[0].State.Terminated.Reason));
    }

    private static ContainerStatus Named(Pod pod, string name) => pod.Status.ContainerStatuses.Single(status => status.Name == name);

    private static ContainerStatus Ended(string name) => Status(name, new ContainerState { Terminated = new() { ExitCode = 0, Reason = "Completed" } }, 0);

    private static ContainerStatus Running(string name, int restarts = 0) => Status(name, new ContainerState { Running = new() }, restarts);

    private static ContainerStatus Status(string name, ContainerState state, int restarts) =>
        new() { Name = name, ContainerId = $"containerd://{name}-{restarts}", RestartCount = restarts, State = state, LastState = new() };
}
