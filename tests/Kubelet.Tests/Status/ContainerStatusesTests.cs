using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Status;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using RuntimeState = MiniK8s.Kubelet.Runtime.ContainerState;

namespace MiniK8s.Kubelet.Tests.Status;

public sealed class ContainerStatusesTests
{
    private readonly FakeProbes _probes = new();
    private readonly Dictionary<string, StartError> _errors = [];

    [Fact]
    public void Mains_TwoInstances_NewestIsStateAndTheOneBeforeIsLastState()
    {
        var status = Only(A.Pod(), null, A.Instance("c", RuntimeState.Running, attempt: 3), A.Instance("c", RuntimeState.Exited, attempt: 2, exitCode: 137, reason: "OOMKilled"));

        Assert.NotNull(status.State.Running);
        Assert.Equal((137, "OOMKilled", "containerd://c-2"), (status.LastState.Terminated.ExitCode, status.LastState.Terminated.Reason, status.LastState.Terminated.ContainerId));
        Assert.Equal((3, "containerd://c-3", true, true), (status.RestartCount, status.ContainerId, status.Ready, status.Started));
    }

    [Fact]
    public void Mains_StartErrorAfterAnEnd_IsWaitingAndTheEndMovesToLastState()
    {
        _errors["c"] = new StartError("CrashLoopBackOff", "back-off 10s");

        var status = Only(A.Pod(), null, A.Instance("c", RuntimeState.Exited, exitCode: 1));

        Assert.Equal(("CrashLoopBackOff", "back-off 10s"), (status.State.Waiting.Reason, status.State.Waiting.Message));
        Assert.Equal(1, status.LastState.Terminated.ExitCode);
        Assert.Equal("containerd://c-0", status.ContainerId);
    }

    [Fact]
    public void Mains_StartFailedUnderNever_ShowsTheEndItself()
    {
        _errors["c"] = new StartError("RunContainerError", "no such file");

        var status = Only(A.Pod().RestartPolicy("Never"), null, A.Instance("c", RuntimeState.Exited, exitCode: 128, reason: "StartError"));

        Assert.Equal(("StartError", 128), (status.State.Terminated.Reason, status.State.Terminated.ExitCode));
    }

    [Fact]
    public void Mains_PodDeleting_StartErrorsNoLongerShow()
    {
        _errors["c"] = new StartError("CrashLoopBackOff", "back-off 10s");

        Assert.NotNull(Only(A.Pod().Deleting(A.Noon, 30), null, A.Instance("c", RuntimeState.Exited, exitCode: 1)).State.Terminated);
    }

    [Fact]
    public void Mains_SeveralInTheSpecification_AreSortedByName() =>
        Assert.Equal(["a", "b"], Of(A.Pod(A.Container("b"), A.Container("a")), null).Mains().Select(s => s.Name));

    [Theory]
    [InlineData(RuntimeState.Running, 0, true, false)]
    [InlineData(RuntimeState.Exited, 0, false, true)]
    [InlineData(RuntimeState.Exited, 1, false, false)]
    internal void Inits_Ordinary_StartedWhileRunningAndReadyAfterSuccess(RuntimeState state, int exitCode, bool started, bool ready)
    {
        var status = Of(A.Pod().Init(A.Container("i")), null, A.Instance("i", state, exitCode: exitCode)).Inits().Single();

        Assert.Equal((started, ready), (status.Started, status.Ready));
    }

    [Fact]
    public void Mains_PodWithInitContainers_WaitAsPodInitializing() =>
        Assert.Equal("PodInitializing", Only(A.Pod().Init(A.Container("i")), null).State.Waiting.Reason);

    [Fact]
    public void Mains_NotReadyByProbe_IsStartedOnly()
    {
        _probes.NotReady.Add("c");

        var status = Only(A.Pod(), null, A.Instance("c", RuntimeState.Running));

        Assert.Equal((true, false), (status.Started, status.Ready));
    }

    [Fact]
    public void Mains_RuntimeMessageAndLastWords_AreJoinedAndCutToTheShareOfThePod()
    {
        var words = new string('x', 20_000);
        var ended = A.Instance("c", RuntimeState.Exited, exitCode: 1) with { Message = "runtime", TerminationMessage = words };

        var message = Only(A.Pod(A.Container("c"), A.Container("d")), null, ended).State.Terminated.Message;

        Assert.Equal(6144, message.Length);
        Assert.StartsWith("runtime: xxx", message, StringComparison.Ordinal);
    }

    private ContainerStatus Only(Pod pod, PodStatus? before, params Kubelet.Runtime.ContainerStatus[] seen) => Of(pod, before, seen).Mains().First(s => s.Name == "c");

    private ContainerStatuses Of(Pod pod, PodStatus? before, params Kubelet.Runtime.ContainerStatus[] seen) => new(pod, new RuntimePod([A.Sandbox()], seen), before, _errors, _probes);
}
