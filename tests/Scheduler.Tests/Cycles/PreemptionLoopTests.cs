using System.Text.Json;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests.Cycles;

// The whole loop over one full node of 4 cpu, until the urgent pod has it. Watch events come only from the test.
public sealed class PreemptionLoopTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeApiClient _api = new();
    private readonly FakeEventRecorder _events = new();
    private readonly SchedulerCache _cache = new();
    private readonly NominatedPods _nominated = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly SchedulingQueue _queue;
    private readonly ClusterFeed _feed;
    private readonly CycleWorkers _workers;
    private readonly SchedulerLoop _loop;
    private readonly SchedulerMetrics _metrics;
    private readonly Pod _low = A.Pod("low").Cpu("4").OnNode("n1");
    private readonly Pod _urgent = A.Pod("urgent").Cpu("3").Priority(10);
    private Task _running = Task.CompletedTask;

    public PreemptionLoopTests()
    {
        var profiles = new Profiles([A.DefaultProfile(_api, _events, _time)]);
        _queue = new SchedulingQueue(profiles, new SchedulingQueueOptions(), _time);
        _feed = new ClusterFeed(_cache, _queue, _nominated, profiles);
        _workers = new CycleWorkers(NullLogger<CycleWorkers>.Instance);
        var reports = new PodReports(_api, _events, _time, NullLogger<PodReports>.Instance);
        _metrics = new SchedulerMetrics(_queue, _time);
        var attempts = new AttemptLog(new AttemptLogOptions(), _time);
        var binding = new BindingCycle(_cache, _queue, reports, attempts, _metrics, NullLogger<BindingCycle>.Instance);
        _loop = new SchedulerLoop(
            new SchedulingCycle(new Random(1)), binding, profiles, _cache, _queue, _nominated, _workers, reports, attempts, _metrics,
            NullLogger<SchedulerLoop>.Instance);
        _feed.OnAdd(A.Node("n1", cpu: "4"));
        _feed.OnAdd(_api.Put(_low));
    }

    public async Task InitializeAsync()
    {
        _running = Task.WhenAll(_queue.RunAsync(_stop.Token), _workers.RunAsync(_stop.Token), _loop.RunAsync(_stop.Token));
        await _time.WaitForTimersAsync(2);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.OrMissing("the scheduler's end");
        _stop.Dispose();
        _metrics.Dispose();
    }

    [Fact]
    public async Task Run_RoomCanBeMade_EvictsNominatesAndBindsWhenTheVictimIsGone()
    {
        await PreemptAsync();

        var status = JsonDocument.Parse(_api.Patches[^1].Document).RootElement.GetProperty("status");
        Assert.Equal("n1", status.GetProperty("nominatedNodeName").GetString());
        Assert.Equal("0/1 nodes are available: 1 Insufficient cpu.", status.GetProperty("conditions")[0].GetProperty("message").GetString());
        Assert.Equal(("Unschedulable", "n1"), (status.GetProperty("conditions")[0].GetProperty("reason").GetString(), _nominated.NodeOf("uid-urgent")));

        _feed.OnDelete(_low);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("bind default/urgent to n1", await WriteAsync());
        Assert.True(_nominated.IsEmpty);
    }

    [Fact]
    public async Task Run_VictimIsStillEnding_IsTriedInVainAndKeepsWaiting()
    {
        await PreemptAsync();
        var ending = Ending(_low);
        _feed.OnUpdate(_low, ending);

        // A node that is too small for it wakes the pod all the same.
        _feed.OnAdd(A.Node("n2", cpu: "3", pods: "0"));
        _feed.OnUpdate(A.Node("n2", cpu: "3", pods: "0"), A.Node("n2", cpu: "3", pods: "1").Cordoned());
        _queue.Tell(new ClusterEvent.AssignedPodDeleted(A.Pod("other").Info()));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("patch Pod default/urgent status", await WriteAsync());
        Assert.EndsWith("preemption: not eligible due to a terminating pod on the nominated node.", await EventAsync(), StringComparison.Ordinal);
        await BackInQueueAsync(Pool.Unschedulable);
        Assert.Equal("n1", _nominated.NodeOf("uid-urgent"));
        Assert.DoesNotContain("nominatedNodeName", _api.Patches[^1].Document, StringComparison.Ordinal);

        _feed.OnDelete(ending);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("bind default/urgent to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_RoomIsBeingMade_IsNotGivenToLessImportantPods()
    {
        await PreemptAsync();
        _feed.OnDelete(_low);

        Arrive(A.Pod("late").Cpu("2"));

        Assert.Equal("patch Pod default/late status", await WriteAsync());
        Assert.Contains("1 Insufficient cpu", await EventAsync(), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("bind default/urgent to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_NominatedPodIsDeleted_ThoseThatLeftItTheRoomAreTriedAgain()
    {
        await PreemptAsync();
        _feed.OnDelete(_low);
        Arrive(A.Pod("late").Cpu("2"));
        Assert.Equal("patch Pod default/late status", await WriteAsync());
        await BackInQueueAsync(Pool.Unschedulable);

        _feed.OnDelete(_urgent);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("bind default/late to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_ServerDoesNotEvict_SaysSoAndTriesAgain()
    {
        _api.Refuse = write => write.StartsWith("delete", StringComparison.Ordinal) ? FakeApiClient.Refusal(503, "ServiceUnavailable", "no leader") : null;
        Arrive(_urgent);
        Assert.Equal("patch Pod default/low status", await WriteAsync());
        Assert.Equal("patch Pod default/urgent status", await WriteAsync());
        Assert.Equal("Warning FailedScheduling Pod/urgent: 0/1 nodes are available: 1 Insufficient cpu. preemption: no leader", await EventAsync());
        await BackInQueueAsync(Pool.Backoff);
        Assert.True(_nominated.IsEmpty);
        Assert.DoesNotContain("nominatedNodeName", _api.Patches[^1].Document, StringComparison.Ordinal);

        _api.Refuse = _ => null;
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("patch Pod default/low status", await WriteAsync());
        Assert.Equal("delete Pod default/low", await WriteAsync());
    }

    [Fact]
    public async Task Run_BindingFails_TakesTheNominationBack()
    {
        _feed.OnDelete(_low);
        _api.Refuse = write => write.StartsWith("bind", StringComparison.Ordinal) ? FakeApiClient.Refusal(503, "ServiceUnavailable", "no leader") : null;

        Arrive(_urgent.Nominated("n1"));

        Assert.Equal("patch Pod default/urgent status", await WriteAsync());
        Assert.True(_nominated.IsEmpty);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(_api.Patches[^1].Document).RootElement.GetProperty("status").GetProperty("nominatedNodeName").ValueKind);
    }

    [Fact]
    public async Task Run_PreemptionDoesNotHelpAnyMore_TakesTheNominationBack()
    {
        _feed.OnUpdate(A.Node("n1", cpu: "4"), A.Node("n1", cpu: "4").Cordoned());

        Arrive(_urgent.Nominated("n1"));

        Assert.Equal("patch Pod default/urgent status", await WriteAsync());
        Assert.True(_nominated.IsEmpty);
        Assert.Equal(JsonValueKind.Null, JsonDocument.Parse(_api.Patches[^1].Document).RootElement.GetProperty("status").GetProperty("nominatedNodeName").ValueKind);
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
        await BackInQueueAsync(Pool.Unschedulable);
    }

    private static Pod Ending(Pod pod)
    {
        var ending = pod.Clone().Deleted();
        ending.Status.Conditions.Add(new PodCondition { Type = "DisruptionTarget", Status = "True", Reason = "PreemptionByScheduler" });
        return ending;
    }

    private void Arrive(Pod pod)
    {
        _api.Put(pod);
        _feed.OnAdd(pod);
    }

    private async Task<string> WriteAsync() => await _api.Writes.Reader.ReadAsync().AsTask().OrMissing("a write");

    private async Task<string> EventAsync() => await _events.Recorded.Reader.ReadAsync().AsTask().OrMissing("an event");

    // The worker returns the pod after the write that the test has seen.
    private async Task BackInQueueAsync(Pool pool)
    {
        var back = Task.Run(async () =>
        {
            while (_queue.Count(pool) == 0) await Task.Yield();
        });
        await back.OrMissing($"the pod in {pool}");
    }
}
