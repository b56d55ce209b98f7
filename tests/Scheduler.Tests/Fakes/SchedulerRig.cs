using System.Diagnostics;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Client.Resources;
using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Tests.Fakes;

/// <summary>The loop, its workers, cache, queue and feed as they run in the process, over any API; only time and events are fakes. The default profile, and what plugins a test adds.</summary>
internal sealed class SchedulerRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    /// <param name="sampling">Draws the cycles whose plugins are measured.</param>
    public SchedulerRig(IApiClient api, int seed = 1, Random? sampling = null, params IPlugin[] more)
    {
        Waiting = new WaitingPods(Time);
        var profiles = new Profiles([A.DefaultProfile(A.Context(api, Events, Time) with { Waiting = Waiting }, more)]);
        Queue = new SchedulingQueue(profiles, new SchedulingQueueOptions(), Time);
        Feed = new ClusterFeed(Cache, Queue, Nominated, Waiting, profiles);
        Metrics = new SchedulerMetrics(Queue, Cache, Time, sampling ?? new Random(seed));
        Attempts = new AttemptLog(new AttemptLogOptions(), Time);
        var reports = new PodReports(api, Events, Time, NullLogger<PodReports>.Instance);
        var binding = new BindingCycle(Cache, Queue, Waiting, Workers, reports, Attempts, Metrics, NullLogger<BindingCycle>.Instance);
        Loop = new SchedulerLoop(
            new SchedulingCycle(new Random(seed), Metrics), binding, profiles, Cache, Queue, Nominated, Workers, reports, Attempts, Metrics,
            NullLogger<SchedulerLoop>.Instance);
    }

    public ManualTimeProvider Time { get; } = new();

    public FakeEventRecorder Events { get; } = new();

    public SchedulerCache Cache { get; } = new();

    public NominatedPods Nominated { get; } = new();

    public WaitingPods Waiting { get; }

    public CycleWorkers Workers { get; } = new(NullLogger<CycleWorkers>.Instance);

    public SchedulingQueue Queue { get; }

    public ClusterFeed Feed { get; }

    public SchedulerMetrics Metrics { get; }

    public AttemptLog Attempts { get; }

    public SchedulerLoop Loop { get; }

    /// <summary>The nodes as the next cycle would see them.</summary>
    public IReadOnlyList<NodeInfo> Nodes()
    {
        var snapshot = new Snapshot([]);
        Cache.Refresh(snapshot);
        return snapshot.Nodes;
    }

    /// <param name="withLoop">Otherwise the test takes pods from the queue itself, and has the loop try them.</param>
    public async Task StartAsync(bool withLoop = true)
    {
        _running = Task.WhenAll(Queue.RunAsync(_stop.Token), Workers.RunAsync(_stop.Token), withLoop ? Loop.RunAsync(_stop.Token) : Task.CompletedTask);
        await Time.WaitForTimersAsync(2);
    }

    /// <summary>The worker returns a pod after the write that the test has seen.</summary>
    public Task BackInQueueAsync(Pool pool) => Patience.UntilAsync(() => Queue.Count(pool) > 0, $"the pod in {pool}");

    /// <summary>Until there is no pod in those pools, and all that the API has changed is heard of.</summary>
    public async Task QuietAsync(MemoryApi api, params Pool[] busy)
    {
        var since = Stopwatch.StartNew();
        while (!IsQuiet(api, busy))
        {
            if (since.Elapsed > Patience.Limit) throw new TimeoutException("The scheduler does not come to rest.");
            await Task.Yield();
        }
    }

    public async Task<string> EventAsync() => await Events.Recorded.Reader.ReadAsync().AsTask().OrMissing("an event");

    /// <summary>Ends the loop and its workers; what they had begun to write is written.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _running.OrMissing("the scheduler's end");
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stop.Dispose();
        Metrics.Dispose();
    }

    // Nor has anything been told meanwhile that could have woken a pod.
    private bool IsQuiet(MemoryApi api, Pool[] busy)
    {
        var told = api.Told;
        return Queue.Count(busy) == 0 && api.IsTold && api.Told == told;
    }
}
