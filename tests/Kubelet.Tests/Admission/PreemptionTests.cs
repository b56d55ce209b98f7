using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Admission;

/// <summary>Critical pods at a full node's door, static pods, and a node that shuts down.</summary>
[OneAtATime]
public sealed class PreemptionTests
{
    private readonly FakeNode _node = new();

    [Fact]
    public async Task Admit_ACriticalPodLacksOnlyResources_TheVictimEndsFirstAndShowsWhy()
    {
        await using var world = new WorkerHarness(PodAdmissionTests.Asking("3"), node: _node);
        await world.StatusAsync("Running", status => status.Phase == "Running");

        var answer = world.AdmitAsync(Critical("2"));

        await world.CallAsync("stop c 30");
        Assert.Null(await answer.OrMissing("the answer"));
        var last = await world.StatusAsync("Failed", status => status.Phase == "Failed");
        Assert.Equal(("Preempting", "Preempted in order to admit critical pod"), (last.Reason, last.Message));
        var disrupted = last.Conditions[0];
        Assert.Equal(
            ("DisruptionTarget", "True", "TerminationByKubelet", "Pod was preempted by Kubelet to accommodate a critical pod."),
            (disrupted.Type, disrupted.Status, disrupted.Reason, disrupted.Message));
        Assert.Contains("Preempting: Preempted in order to admit critical pod", world.Events);
    }

    [Fact]
    public async Task Admit_TheDisruption_IsToldWithTheTerminalPhaseAndNotBefore()
    {
        await using var world = new WorkerHarness(PodAdmissionTests.Asking("3"), node: _node);
        await world.StatusAsync("Running", status => status.Phase == "Running");

        _ = world.AdmitAsync(Critical("2"));

        while ((await world.NextWriteAsync())!.Status is { Phase: not "Failed" } before) Assert.DoesNotContain(before.Conditions, condition => condition.Type == "DisruptionTarget");
    }

    [Fact]
    public async Task Admit_TheVictimWillNotGo_IsWaitedForOneAndAHalfTimesItsGrace()
    {
        await using var world = new WorkerHarness(PodAdmissionTests.Asking("3"), node: _node);
        await world.StatusAsync("Running", status => status.Phase == "Running");
        world.Runtime.NeverEnds = true;

        var answer = world.AdmitAsync(Critical("2"));
        await world.CallAsync("stop c 30");
        await world.AdvanceAsync(44.9, timers: 3);
        Assert.False(answer.IsCompleted, "it did not wait");
        await world.AdvanceAsync(0.1, timers: 1);

        Assert.Null(await answer.OrMissing("the answer"));
        Assert.Contains("ExceededGracePeriod: Container runtime did not kill the pod within specified grace period.", world.Events);
    }

    [Fact]
    public async Task Admit_ACriticalPodLacksMoreThanResources_IsRefusedForThatAndNobodyGoes()
    {
        await using var world = new WorkerHarness(PodAdmissionTests.Asking("3"), node: _node);
        await world.StatusAsync("Running", status => status.Phase == "Running");

        var refusal = await world.AdmitAsync(Critical("2").With(pod => pod.Spec.NodeSelector["disk"] = "ssd"));

        Assert.Equal("NodeAffinity", refusal!.Reason);
        Assert.DoesNotContain(world.Events, text => text.StartsWith("Preempting", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Admit_NoVictimsWouldDo_SaysWhatIsMissing()
    {
        await using var world = new WorkerHarness(PodAdmissionTests.Asking("3"), node: _node);
        await world.StatusAsync("Running", status => status.Phase == "Running");

        var refusal = await world.AdmitAsync(Critical("6"));

        Assert.Equal("UnexpectedAdmissionError", refusal!.Reason);
        Assert.Equal(
            "Unexpected error while attempting to recover from admission failure: preemption: error finding a set of pods to preempt: "
            + "no set of running pods found to reclaim resources: [(res: cpu, q: 2000), ]",
            refusal.Message);
    }

    [Fact]
    public async Task Admit_BeforeThePodsAreListed_OnlyStaticPodsComeIn()
    {
        await using var nodes = new AdmissionLab(_node);
        var ordinary = nodes.Arrive("ordinary", "1", A.Noon);

        var fixedOne = await nodes.Arrive("static", "1", A.Noon, pod => pod.Metadata.Annotations["kubernetes.io/config.source"] = "file");

        Assert.Null(fixedOne);
        Assert.False(ordinary.IsCompleted);
        nodes.Open();
        Assert.Null(await ordinary);
    }

    [Fact]
    public async Task Shut_WhoComesLater_IsRefused()
    {
        await using var nodes = new AdmissionLab(_node);
        nodes.Open();
        await nodes.Arrive("first", "1", A.Noon);

        Assert.Equal(["first"], nodes.Admission.Shut().Select(worker => worker.Uid));

        var refusal = await nodes.Arrive("second", "1", A.Noon);
        Assert.Equal(("NodeShutdown", "Pod was rejected as the node is shutting down."), (refusal!.Reason, refusal.Message));
    }

    private static Pod Critical(string cpu) => PodAdmissionTests.Asking(cpu).With(pod => (pod.Metadata.Uid, pod.Metadata.Name, pod.Spec.Priority) = ("critical", "critical", 2_000_001_000));
}
