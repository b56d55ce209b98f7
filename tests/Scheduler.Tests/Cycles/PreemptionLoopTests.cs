using System.Text.Json;

using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests.Cycles;

// The whole loop over one full node of 4 cpu, until the urgent pod has it. Watch events come only from the test.
public sealed class PreemptionLoopTests : LoopTest
{
    private readonly Pod _low = A.Pod("low").Cpu("4").OnNode("n1");
    private readonly Pod _urgent = A.Pod("urgent").Cpu("3").Priority(10);

    public PreemptionLoopTests()
    {
        Feed.OnAdd(A.Node("n1", cpu: "4"));
        Feed.OnAdd(Api.Put(_low));
    }

    [Fact]
    public async Task Run_RoomCanBeMade_EvictsNominatesAndBindsWhenTheVictimIsGone()
    {
        await PreemptAsync();

        var status = JsonDocument.Parse(Api.Patches[^1].Document).RootElement.GetProperty("status");
        Assert.Equal("n1", status.GetProperty("nominatedNodeName").GetString());
        Assert.Equal("0/1 nodes are available: 1 Insufficient cpu.", status.GetProperty("conditions")[0].GetProperty("message").GetString());
        Assert.Equal(("Unschedulable", "n1"), (status.GetProperty("conditions")[0].GetProperty("reason").GetString(), Rig.Nominated.NodeOf("uid-urgent")));

        Feed.OnDelete(_low);
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("bind default/urgent to n1", await WriteAsync());
        Assert.True(Rig.Nominated.IsEmpty);
    }

    [Fact]
    public async Task Run_VictimIsStillEnding_IsTriedInVainAndKeepsWaiting()
    {
        await PreemptAsync();
        var ending = Ending(_low);
        Feed.OnUpdate(_low, ending);

        // A node that is too small for it wakes the pod all the same.
        Feed.OnAdd(A.Node("n2", cpu: "3", pods: "0"));
        Feed.OnUpdate(A.Node("n2", cpu: "3", pods: "0"), A.Node("n2", cpu: "3", pods: "1").Cordoned());
        Queue.Tell(new ClusterEvent.AssignedPodDeleted(A.Pod("other").Info()));
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("patch Pod default/urgent status", await WriteAsync());
        Assert.EndsWith("preemption: not eligible due to a terminating pod on the nominated node.", await EventAsync(), StringComparison.Ordinal);
        await Rig.BackInQueueAsync(Pool.Unschedulable);
        Assert.Equal("n1", Rig.Nominated.NodeOf("uid-urgent"));
        Assert.DoesNotContain("nominatedNodeName", Api.Patches[^1].Document, StringComparison.Ordinal);

        Feed.OnDelete(ending);
        Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("bind default/urgent to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_RoomIsBeingMade_IsNotGivenToLessImportantPods()
    {
        await PreemptAsync();
        Feed.OnDelete(_low);

        Arrive(A.Pod("late").Cpu("2"));

        Assert.Equal("patch Pod default/late status", await WriteAsync());
        Assert.Contains("1 Insufficient cpu", await EventAsync(), StringComparison.Ordinal);
        Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("bind default/urgent to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_NominatedPodIsDeleted_ThoseThatLeftItTheRoomAreTriedAgain()
    {
        await PreemptAsync();
        Feed.OnDelete(_low);
        Arrive(A.Pod("late").Cpu("2"));
        Assert.Equal("patch Pod default/late status", await WriteAsync());
        await Rig.BackInQueueAsync(Pool.Unschedulable);

        Feed.OnDelete(_urgent);
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("bind default/late to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_ServerDoesNotEvict_SaysSoAndTriesAgain()
    {
        Api.Refuse = write => write.StartsWith("delete", StringComparison.Ordinal) ? FakeApiClient.Refusal(503, "ServiceUnavailable", "no leader") : null;
        Arrive(_urgent);
        Assert.Equal("patch Pod default/low status", await WriteAsync());
        Assert.Equal("patch Pod default/urgent status", await WriteAsync());
        Assert.Equal("Warning FailedScheduling Pod/urgent: 0/1 nodes are available: 1 Insufficient cpu. preemption: no leader", await EventAsync());
        await Rig.BackInQueueAsync(Pool.Backoff);
        Assert.True(Rig.Nominated.IsEmpty);
        Assert.DoesNotContain("nominatedNodeName", Api.Patches[^1].Document, StringComparison.Ordinal);

        Api.Refuse = _ => null;
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("patch Pod default/low status", await WriteAsync());
        Assert.Equal("delete Pod default/low", await WriteAsync());
    }

    [Fact]
    public async Task Run_BindingFails_TakesTheNominationBack()
    {
        Feed.OnDelete(_low);
        Api.Refuse = write => write.StartsWith("bind", StringComparison.Ordinal) ? FakeApiClient.Refusal(503, "ServiceUnavailable", "no leader") : null;

        Arrive(_urgent.Nominated("n1"));

        Assert.Equal("patch Pod default/urgent status", await WriteAsync());
        Assert.True(Rig.Nominated.IsEmpty);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(Api.Patches[^1].Document).RootElement.GetProperty("status").GetProperty("nominatedNodeName").ValueKind);
    }

    [Fact]
    public async Task Run_PreemptionDoesNotHelpAnyMore_TakesTheNominationBack()
    {
        Feed.OnUpdate(A.Node("n1", cpu: "4"), A.Node("n1", cpu: "4").Cordoned());

        Arrive(_urgent.Nominated("n1"));

        Assert.Equal("patch Pod default/urgent status", await WriteAsync());
        Assert.True(Rig.Nominated.IsEmpty);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(Api.Patches[^1].Document).RootElement.GetProperty("status").GetProperty("nominatedNodeName").ValueKind);
    }

    // Up to the moment at which the pod waits for its victim's end.
    private async Task PreemptAsync()
    {
        Arrive(_urgent);
        Assert.Equal("patch Pod default/low status", await WriteAsync());
        Assert.Equal("delete Pod default/low", await WriteAsync());
        Assert.Equal("Normal Preempted Pod/low: Preempted by pod uid-urgent on node n1", await EventAsync());
        Assert.Equal("Warning FailedScheduling Pod/urgent: 0/1 nodes are available: 1 Insufficient cpu.", await EventAsync());
        Assert.Equal("patch Pod default/urgent status", await WriteAsync());
        await Rig.BackInQueueAsync(Pool.Unschedulable);
    }

    private static Pod Ending(Pod pod)
    {
        var ending = pod.Clone().Deleted();
        ending.Status.Conditions.Add(new PodCondition { Type = "DisruptionTarget", Status = "True", Reason = "PreemptionByScheduler" });
        return ending;
    }
}
