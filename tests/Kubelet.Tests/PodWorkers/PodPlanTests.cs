using MiniK8s.Kubelet.PodWorkers;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

using ContainerState = MiniK8s.Kubelet.Runtime.ContainerState;
using ContainerStatus = MiniK8s.Kubelet.Runtime.ContainerStatus;

namespace MiniK8s.Kubelet.Tests.PodWorkers;

public sealed class PodPlanTests
{
    private readonly FakeProbes _probes = new();

    [Fact]
    public void Decide_NothingThere_NewSandboxAndAllMainsInOrder() =>
        Assert.Equal("sandbox 0; start a b", Decide(A.Pod(A.Container("a"), A.Container("b"))));

    [Fact]
    public void Decide_NothingThere_InitContainersComeFirst() =>
        Assert.Equal("sandbox 0; start i1", Decide(A.Pod().Init(A.Container("i1"), A.Container("i2"))));

    [Fact]
    public void Decide_AllRun_Nothing() =>
        Assert.Equal("", Decide(A.Pod(), A.Instance("c", ContainerState.Running)));

    [Theory]
    [InlineData("Always", 0, "start c")]
    [InlineData("Always", 1, "start c")]
    [InlineData("OnFailure", 0, "stop pod")]
    [InlineData("OnFailure", 1, "start c")]
    [InlineData("Never", 0, "stop pod")]
    [InlineData("Never", 1, "stop pod")]
    public void Decide_MainEnded_RestartPolicySays(string policy, int exitCode, string plan) =>
        Assert.Equal(plan, Decide(A.Pod().RestartPolicy(policy), A.Instance("c", ContainerState.Exited, exitCode: exitCode)));

    [Fact]
    public void Decide_OneOfTwoEndedUnderNever_WaitsForTheOther() =>
        Assert.Equal("", Decide(
            A.Pod(A.Container("a"), A.Container("b")).RestartPolicy("Never"), A.Instance("a", ContainerState.Exited), A.Instance("b", ContainerState.Running)));

    [Theory]
    [InlineData("i1:R", "")]
    [InlineData("i1:0", "start i2")]
    [InlineData("i1:1", "start i1")]
    [InlineData("i1:0 i2:R", "")]
    [InlineData("i1:0 i2:0", "start c")]
    [InlineData("i1:0 i2:0 c:R", "")]
    [InlineData("c:R", "")]
    public void Decide_InitContainers_OneAfterTheOther(string seen, string plan) =>
        Assert.Equal(plan, Decide(A.Pod().Init(A.Container("i1"), A.Container("i2")), Instances(seen)));

    [Fact]
    public void Decide_InitFailedUnderNever_StopsThePod() =>
        Assert.Equal("stop pod", Decide(A.Pod().RestartPolicy("Never").Init(A.Container("i1")), Instances("i1:1")));

    [Fact]
    public void Decide_InitOutOfMemoryWithCode0_IsAFailure() =>
        Assert.Equal("start i1", Decide(A.Pod().Init(A.Container("i1")), A.Instance("i1", ContainerState.Exited, reason: "OOMKilled")));

    [Theory]
    [InlineData("", "start s1")]
    [InlineData("s1:R", "start i2")]
    [InlineData("s1:R i2:R", "")]
    [InlineData("s1:1 i2:R", "start s1")]
    [InlineData("s1:R i2:0", "start c")]
    [InlineData("s1:R i2:0 c:R", "")]
    [InlineData("s1:1 i2:0 c:R", "start s1")]
    [InlineData("s1:R i2:0 c:0", "start c")]
    public void Decide_Sidecar_StartsInItsTurnAndAgainWheneverItEnds(string seen, string plan) =>
        Assert.Equal(plan, Decide(A.Pod().Init(A.Sidecar("s1"), A.Container("i2")), Instances(seen)));

    [Fact]
    public void Decide_SidecarNotStarted_NextInitWaits()
    {
        _probes.NotStarted.Add("s1");

        Assert.Equal("", Decide(A.Pod().Init(A.Sidecar("s1"), A.Container("i2")), Instances("s1:R")));
    }

    [Fact]
    public void Decide_TwoSidecarsEnded_StartInTheOrderOfTheSpecification() =>
        Assert.Equal("start s1 s2", Decide(A.Pod().Init(A.Sidecar("s1"), A.Sidecar("s2")), Instances("s1:1 s2:1 c:R")));

    [Fact]
    public void Decide_MainsDoneUnderNever_SidecarIsStoppedWithThePod() =>
        Assert.Equal("stop pod", Decide(A.Pod().RestartPolicy("Never").Init(A.Sidecar("s1")), Instances("s1:R c:0")));

    [Theory]
    [InlineData("Always", "kill c; start c")]
    [InlineData("OnFailure", "kill c; start c")]
    [InlineData("Never", "stop pod")]
    public void Decide_LivenessFailed_KillsAndStartsInOneGo(string policy, string plan)
    {
        _probes.Failures["c-0"] = new ContainerKillReason("Container {0} failed liveness probe", "liveness");

        Assert.Equal(plan, Decide(A.Pod().RestartPolicy(policy), Instances("c:R")));
    }

    [Fact]
    public void Decide_LivenessFailedUnderNeverButAnotherRuns_KillsOnlyThatOne()
    {
        _probes.Failures["a-0"] = new ContainerKillReason("Container {0} failed liveness probe", "liveness");

        Assert.Equal("kill a", Decide(A.Pod(A.Container("a"), A.Container("b")).RestartPolicy("Never"), Instances("a:R b:R")));
    }

    [Theory]
    [InlineData("Always")]
    [InlineData("Never")]
    public void Decide_ImageChanged_RestartsWhateverThePolicy(string policy) =>
        Assert.Equal("kill c; start c", Decide(A.Pod(A.Container("c", "app:2")).RestartPolicy(policy), Instances("c:R")));

    [Fact]
    public void Decide_SandboxLost_NewOneAndInitialisationOverAgain()
    {
        var pod = A.Pod().Init(A.Container("i1"));
        var seen = new RuntimePod([A.Sandbox(0, PodSandboxState.NotReady)], Instances("i1:0 c:1"));

        Assert.Equal("sandbox 1; start i1", Text(PodPlan.Decide(pod, seen, _probes)));
    }

    [Fact]
    public void Decide_SandboxLostUnderNeverAfterContainersRan_NoNewOne()
    {
        var seen = new RuntimePod([A.Sandbox(0, PodSandboxState.NotReady)], Instances("c:1"));

        Assert.Equal("stop pod", Text(PodPlan.Decide(A.Pod().RestartPolicy("Never"), seen, _probes)));
    }

    private string Decide(Pod pod, params ContainerStatus[] containers) =>
        Text(PodPlan.Decide(pod, containers.Length == 0 && pod.Spec.InitContainers.All(c => !c.IsSidecar()) ? RuntimePod.None : new RuntimePod([A.Sandbox()], containers), _probes));

    // "i1:R c:0": running, or ended with that code.
    private static ContainerStatus[] Instances(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split(':')).Select(part =>
        part[1] == "R" ? A.Instance(part[0], ContainerState.Running) : A.Instance(part[0], ContainerState.Exited, exitCode: int.Parse(part[1])))];

    private static string Text(PodPlan plan) => string.Join("; ", Parts(plan));

    private static IEnumerable<string> Parts(PodPlan plan)
    {
        if (plan.StopPod) yield return "stop pod";
        if (plan.NewSandboxAttempt is { } attempt) yield return $"sandbox {attempt}";
        if (plan.Kill.Count > 0) yield return "kill " + string.Join(' ', plan.Kill.Select(k => k.Instance.Name));
        if (plan.Start.Count > 0) yield return "start " + string.Join(' ', plan.Start.Select(s => s.Container.Name));
    }
}
