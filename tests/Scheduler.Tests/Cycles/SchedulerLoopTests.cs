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

// The loop, its workers, cache, queue and feed as they run in the process; only the server is a fake.
public sealed class SchedulerLoopTests : IAsyncLifetime
{
    private readonly ManualTimeProvider _time = new();
    private readonly FakeApiClient _api = new();
    private readonly FakeEventRecorder _events = new();
    private readonly SchedulerCache _cache = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly NominatedPods _nominated = new();
    private readonly SchedulingQueue _queue;
    private readonly ClusterFeed _feed;
    private readonly CycleWorkers _workers;
    private readonly SchedulerLoop _loop;
    private readonly SchedulerMetrics _metrics;
    private readonly AttemptLog _attempts;
    private Task _running = Task.CompletedTask;

    public SchedulerLoopTests()
    {
        var profiles = new Profiles([A.DefaultProfile(_api)]);
        _queue = new SchedulingQueue(profiles, new SchedulingQueueOptions(), _time);
        _feed = new ClusterFeed(_cache, _queue, _nominated, profiles);
        _workers = new CycleWorkers(NullLogger<CycleWorkers>.Instance);
        var reports = new PodReports(_api, _events, _time, NullLogger<PodReports>.Instance);
        _metrics = new SchedulerMetrics(_queue, _time);
        _attempts = new AttemptLog(new AttemptLogOptions(), _time);
        var binding = new BindingCycle(_cache, _queue, reports, _attempts, _metrics, NullLogger<BindingCycle>.Instance);
        _loop = new SchedulerLoop(
            new SchedulingCycle(new Random(1)), binding, profiles, _cache, _queue, _nominated, _workers, reports, _attempts, _metrics,
            NullLogger<SchedulerLoop>.Instance);
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
    public async Task Run_PodThatFits_IsBoundAndSaysSo()
    {
        _feed.OnAdd(A.Node("n1"));
        Arrive(A.Pod().Cpu("1"));

        Assert.Equal("bind default/web to n1", await WriteAsync());
        Assert.Equal("Normal Scheduled Pod/web: Successfully assigned default/web to n1", await EventAsync());
        Assert.Equal(1000, Assert.Single(Nodes()).Requested.MilliCpu);
    }

    [Fact]
    public async Task Run_PodThatDoesNotFit_SaysWhyOnceAndIsBoundWhenRoomComes()
    {
        const string Message = "0/1 nodes are available: 1 Insufficient cpu. "
            + "preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.";
        _feed.OnAdd(A.Node("n1", cpu: "1"));
        Arrive(A.Pod().Cpu("2"));
        Assert.Equal("patch Pod default/web status", await WriteAsync());
        Assert.Equal($"Warning FailedScheduling Pod/web: {Message}", await EventAsync());
        AssertCondition("Unschedulable", Message);

        await BackInQueueAsync(Pool.Unschedulable);
        _feed.OnAdd(A.Node("n2", cpu: "2"));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("bind default/web to n2", await WriteAsync());
    }

    [Fact]
    public async Task Run_ServerDoesNotBind_GivesTheRoomBackAndTriesAgain()
    {
        _api.Refuse = write => write.StartsWith("bind", StringComparison.Ordinal) ? FakeApiClient.Refusal(503, "ServiceUnavailable", "no leader") : null;
        _feed.OnAdd(A.Node("n1"));
        Arrive(A.Pod().Cpu("4"));
        Assert.Equal("patch Pod default/web status", await WriteAsync());
        Assert.Equal("Warning FailedScheduling Pod/web: no leader", await EventAsync());
        AssertCondition("SchedulerError", "no leader");
        await BackInQueueAsync(Pool.Backoff);
        Assert.Equal(0, Assert.Single(Nodes()).Requested.MilliCpu);

        _api.Refuse = _ => null;
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("bind default/web to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_TwoPodsForOneRoom_BindsOne()
    {
        _feed.OnAdd(A.Node("n1", cpu: "1"));
        Arrive(A.Pod("a").Cpu("1"));
        Assert.Equal("bind default/a to n1", await WriteAsync());
        Arrive(A.Pod("b").Cpu("1"));

        Assert.Equal("patch Pod default/b status", await WriteAsync());
    }

    [Fact]
    public async Task Run_BoundPodHeardOfUnassignedOnce_IsNotTriedAgain()
    {
        _feed.OnAdd(A.Node("n1"));
        Arrive(A.Pod("a"));
        Assert.Equal("bind default/a to n1", await WriteAsync());

        // A late state from before the binding, then another pod: only the other is written.
        _feed.OnUpdate(A.Pod("a"), A.Pod("a"));
        Arrive(A.Pod("b"));

        Assert.Equal("bind default/b to n1", await WriteAsync());
    }

    [Fact]
    public async Task Run_DeletingPod_IsSkippedWithAnEvent()
    {
        _feed.OnAdd(A.Node("n1"));

        Arrive(A.Pod().Deleted());

        Assert.Equal("Warning FailedScheduling Pod/web: skip schedule deleting pod: default/web", await EventAsync());
    }

    [Fact]
    public async Task Feed_PodsOfOthersAndEndedOnes_AreNotOurs()
    {
        _feed.OnAdd(A.Node("n1"));
        Arrive(A.Pod("other").With(spec => spec.SchedulerName = "custom"));
        var ended = A.Pod("ended");
        ended.Status.Phase = "Failed";
        Arrive(ended);
        Arrive(A.Pod("ours"));

        Assert.Equal("bind default/ours to n1", await WriteAsync());
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

    private void AssertCondition(string reason, string message)
    {
        var (name, subresource, document) = Assert.Single(_api.Patches);
        var condition = JsonDocument.Parse(document).RootElement.GetProperty("status").GetProperty("conditions")[0];
        Assert.Equal(("web", "status"), (name, subresource));
        Assert.Equal(
            ("PodScheduled", "False", reason, message, "2030-01-01T12:00:00Z"),
            (Text("type"), Text("status"), Text("reason"), Text("message"), Text("lastTransitionTime")));

        string? Text(string property) => condition.GetProperty(property).GetString();
    }

    private IReadOnlyList<NodeInfo> Nodes()
    {
        var snapshot = new Snapshot([]);
        _cache.Refresh(snapshot);
        return snapshot.Nodes;
    }
}
