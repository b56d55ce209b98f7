using MiniK8s.Kubelet.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Kubelet.Tests.Admission;

/// <summary>Pods at a node's door: who comes first, on what a refusal rests, and what becomes of a refused one.</summary>
[OneAtATime]
public sealed class PodAdmissionTests
{
    private readonly FakeNode _node = new();

    [Fact]
    public async Task Update_APodThatDoesNotFit_FailsWithoutContainersAndStaysSo()
    {
        await using var world = new WorkerHarness(Asking("30"), node: _node);

        var written = await world.NextWriteAsync();

        var why = "Node didn't have enough resource: cpu, requested: 30000, used: 0, capacity: 4000";
        Assert.Equal(("Failed", "OutOfcpu", $"Pod was rejected: {why}"), (written!.Status.Phase, written.Status.Reason, written.Status.Message));
        Assert.Equal("BestEffort", written.Status.QosClass);
        Assert.Equal(world.Time.GetUtcNow().ToUnixTimeSeconds(), written.Status.StartTime.Seconds);
        Assert.Empty(written.Status.ContainerStatuses);
        Assert.Equal([$"OutOfcpu: {why}"], world.Events);
        world.Change(pod => pod.Metadata.Labels["later"] = "yes");
        world.Wake();
        world.Remove();
        await world.ForgottenAsync();
        Assert.False(world.Runtime.Calls.TryRead(out _), "a refused pod was begun");
    }

    [Fact]
    public async Task Update_RefusedThoughItRuns_IsStoppedAndForgottenAtTheRuntime()
    {
        var (time, pod) = (new ManualTimeProvider(), Asking("2"));
        var runtime = new FakeRuntime(time);
        await using (var before = new WorkerHarness(pod, runtime, time))
        {
            await before.StatusAsync("Running", status => status.Phase == "Running");
        }
        _node.Change(node => node.Status.Allocatable["cpu"] = "1");
        await _node.ReadAsync(CancellationToken.None);

        await using var after = new WorkerHarness(pod, runtime, time, _node);

        await after.CallAsync("stop c 2");
        await after.CallAsync("remove sandbox");
        await after.StatusAsync("OutOfcpu", status => status is { Phase: "Failed", Reason: "OutOfcpu" });
    }

    [Fact]
    public async Task Update_TheApiserverDoesNotSay_WaitsUntilItDoes()
    {
        var pod = A.Pod().With(p => p.Spec.NodeSelector["disk"] = "ssd");
        _node.Change(node => node.Metadata.Labels["disk"] = "ssd");
        _node.Failures = 2;

        await using var world = new WorkerHarness(pod, node: _node);
        await world.AdvanceAsync(1);
        await world.AdvanceAsync(1);

        await world.StatusAsync("Running", status => status.Phase == "Running");
        Assert.Equal(3, _node.Reads);
    }

    [Fact]
    public async Task Update_TheNodeHasChangedSinceItWasRead_IsLookedAtAsItIsNow()
    {
        var pod = A.Pod().With(p => p.Spec.NodeSelector["disk"] = "ssd");
        _node.Change(node => node.Metadata.Labels["disk"] = "ssd");

        await using var world = new WorkerHarness(pod, node: _node);

        await world.StatusAsync("Running", status => status.Phase == "Running");
        Assert.Equal(1, _node.Reads);
    }

    [Fact]
    public async Task Update_APodThatFits_NeedsNoLookAtTheApiserver()
    {
        await using var world = new WorkerHarness(Asking("4"), node: _node);

        await world.StatusAsync("Running", status => status.Phase == "Running");

        Assert.Equal(0, _node.Reads);
    }

    [Fact]
    public async Task Update_APodOnItsWayOut_IsLetInToBeClearedAway()
    {
        var pod = Asking("30").Deleting(A.Noon, 30);

        await using var world = new WorkerHarness(pod, node: _node);

        await world.DeletedAsync();
        Assert.DoesNotContain(world.Events, text => text.StartsWith("OutOf", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_SeveralWait_TheOldestComesFirstAndTheLastFindsNoRoom()
    {
        await using var nodes = new AdmissionLab(_node);
        var late = nodes.Arrive("late", "2", A.Noon.AddMinutes(2));
        var middle = nodes.Arrive("middle", "2", A.Noon.AddMinutes(1));
        var early = nodes.Arrive("early", "2", A.Noon);

        nodes.Open();

        Assert.Null(await early);
        Assert.Null(await middle);
        Assert.Equal("OutOfcpu", (await late)!.Reason);
        nodes.Admission.Leave("early");
        Assert.Null(await nodes.Arrive("later", "2", A.Noon.AddMinutes(3)));
    }

    [Fact]
    public async Task AdmitAsync_APodThatHasEnded_TakesItsRoomUntilNothingOfItRuns()
    {
        await using var nodes = new AdmissionLab(_node);
        nodes.Open();
        Assert.Null(await nodes.Arrive("first", "4", A.Noon));
        Assert.Equal("OutOfcpu", (await nodes.Arrive("second", "1", A.Noon))!.Reason);

        nodes.Change("first", pod => pod.Status.Phase = "Failed");      // by somebody else: it is still being stopped
        Assert.Equal("OutOfcpu", (await nodes.Arrive("third", "1", A.Noon))!.Reason);
        nodes.Admission.Leave("first");

        Assert.Null(await nodes.Arrive("fourth", "1", A.Noon));
    }

    [Fact]
    public async Task AdmitAsync_APodThatTheApiHasForgotten_MakesRoomForItsNamesake()
    {
        await using var nodes = new AdmissionLab(_node);
        nodes.Open();
        Assert.Null(await nodes.Arrive("first", "4", A.Noon));

        nodes.Remove("first");

        Assert.Null(await nodes.Arrive("second", "4", A.Noon));
    }

    internal static Pod Asking(string cpu) => A.Pod().With(pod =>
    {
        pod.Spec.Containers[0].Resources = new ResourceRequirements();
        pod.Spec.Containers[0].Resources.Requests["cpu"] = cpu;
    });
}
