using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Groups 12 and 14: what is restarted and what is not, by its probes and by its policy [test/e2e/common/node/container_probe.go, runtime.go].</summary>
[Collection("lab")]
public sealed class RestartConformanceTests(RestartedPods pods) : IClassFixture<RestartedPods>
{
    private const string Simulated = "in a simulated container";

    [ConformanceFact("Pod readiness probe, with initial delay", Half = Simulated)]
    public async Task Readiness_InitialDelay_IsNotReadyBefore()
    {
        var states = await pods.UntilAsync("ready-delayed", pod => ReadyCondition(pod)?.Status == "True", "is Ready");

        var status = Assert.Single(states[^1].Status.ContainerStatuses);
        var delay = ReadyCondition(states[^1])!.LastTransitionTime.ToDateTimeOffset() - status.State.Running.StartedAt.ToDateTimeOffset();
        Assert.InRange(delay.TotalSeconds, RestartedPods.InitialDelay, double.MaxValue);
        Assert.True(status.Ready);
        Assert.Equal(0, status.RestartCount);
    }

    [ConformanceFact("Pod readiness probe, failure", Half = $"{Simulated}; some 25 seconds, where upstream waits for a minute")]
    public async Task Readiness_Fails_IsNeverReadyAndNeverRestarted()
    {
        var states = await pods.WatchedAsync("ready-never");

        Assert.Equal("Running", states[^1].Status.Phase);
        Assert.All(states, pod => Assert.NotEqual("True", ReadyCondition(pod)?.Status));
        Assert.All(states, pod => Assert.Equal(0, RestartedPods.Restarts(pod)));
    }

    [ConformanceFact("Pod liveness probe, using local file, restart", Half = Simulated)]
    public Task Liveness_FileIsRemoved_IsRestarted() => IsRestartedAsync("exec-restart");

    [ConformanceFact("Pod liveness probe, using local file, no restart", Half = $"{Simulated}; some 25 seconds, where upstream waits for four minutes")]
    public Task Liveness_FileStays_IsNotRestarted() => StaysAsync("exec-stays");

    [ConformanceFact("Pod liveness probe, using http endpoint, restart", Half = Simulated)]
    public Task Liveness_EndpointFails_IsRestarted() => IsRestartedAsync("http-restart");

    [ConformanceFact("Pod liveness probe, using http endpoint, failure", Half = $"{Simulated}; some 25 seconds, where upstream waits for four minutes")]
    public Task Liveness_EndpointAnswers_IsNotRestarted() => StaysAsync("http-stays");

    [ConformanceFact("Pod liveness probe, using tcp socket, no restart", Half = $"{Simulated}; some 25 seconds, where upstream waits for four minutes")]
    public Task Liveness_SocketStaysOpen_IsNotRestarted() => StaysAsync("tcp-stays");

    [ConformanceFact("Pod liveness probe, using grpc call, success", Half = $"{Simulated}; some 25 seconds, where upstream waits for four minutes")]
    public Task Liveness_GrpcServes_IsNotRestarted() => StaysAsync("grpc-stays");

    [ConformanceFact("Pod liveness probe, using grpc call, failure", Half = Simulated)]
    public Task Liveness_GrpcAtAnotherPort_IsRestarted() => IsRestartedAsync("grpc-restart");

    [ConformanceFact("Pod liveness probe, using http endpoint, multiple restarts", Half = $"{Simulated}; three restarts, where upstream waits for five")]
    public async Task Liveness_FailsAgainAndAgain_TheCountOnlyGrows()
    {
        var counts = (await pods.UntilRestartedAsync(RestartedPods.Clock, RestartedPods.ClockRestarts)).Select(RestartedPods.Restarts).ToList();

        Assert.Equal(counts.Order(), counts);
        Assert.Equal([0, 1, 2, 3], counts.Distinct());
    }

    [ConformanceFact("Container Runtime, Restart Policy, Pod Phases", Half = Simulated)]
    public async Task Policies_ContainerThatFailsThenSucceeds_EachHasItsPhase()
    {
        var never = (await pods.UntilAsync("ends-never", pod => pod.Status.Phase == "Failed", "has Failed"))[^1];
        var onFailure = (await pods.UntilAsync("ends-onfailure", pod => pod.Status.Phase == "Succeeded", "has Succeeded"))[^1];
        var always = (await pods.UntilAsync("ends-always", pod => ReadyCondition(pod)?.Status == "True" && RestartedPods.Restarts(pod) == 2, "runs for the third time"))[^1];

        Assert.Equal((0, "False", "terminated"), (RestartedPods.Restarts(never), ReadyCondition(never)!.Status, StateOf(never)));
        Assert.Equal((1, "False", "terminated"), (RestartedPods.Restarts(onFailure), ReadyCondition(onFailure)!.Status, StateOf(onFailure)));
        Assert.Equal(("Running", "running"), (always.Status.Phase, StateOf(always)));
    }

    private async Task IsRestartedAsync(string name)
    {
        var states = await pods.UntilRestartedAsync(name, 1);

        // Its probe asks for the first time after the delay; nothing else ends it before.
        var first = states.First(pod => pod.Status.ContainerStatuses.Any(status => status.State?.Running is not null)).Status.ContainerStatuses[0].State.Running.StartedAt;
        var ended = states[^1].Status.ContainerStatuses[0].LastState.Terminated;
        Assert.InRange((ended.FinishedAt.ToDateTimeOffset() - first.ToDateTimeOffset()).TotalSeconds, RestartedPods.InitialDelay, double.MaxValue);
        Assert.Equal(1, RestartedPods.Restarts(states[^1]));
    }

    private async Task StaysAsync(string name)
    {
        var states = await pods.WatchedAsync(name);

        Assert.Equal(("Running", "True"), (states[^1].Status.Phase, ReadyCondition(states[^1])!.Status));
        Assert.All(states, pod => Assert.Equal(0, RestartedPods.Restarts(pod)));
    }

    private static PodCondition? ReadyCondition(Pod pod) => pod.Status.Conditions.FirstOrDefault(condition => condition.Type == "Ready");

    private static string StateOf(Pod pod) => pod.Status.ContainerStatuses[0].State switch
    {
        { Running: not null } => "running",
        { Terminated: not null } => "terminated",
        _ => "waiting",
    };
}
