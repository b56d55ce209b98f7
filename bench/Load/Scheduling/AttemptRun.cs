using System.Diagnostics;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Load.Scheduling;

/// <summary>One attempt after another on one thread, without queue, workers and API: what it costs by the Pods that are there, and what its record adds.</summary>
/// <remarks>
/// The Pods that are there ask for different amounts and lie about by chance, so that nodes differ; that of an attempt is gone before the next.
/// Decision and record are timed apart in each attempt, and the median of thousands counts, so that other work leaves their ratio alone.
/// </remarks>
internal sealed class AttemptRun
{
    private const int Attempts = 10_000;

    private readonly SchedulerCache _cache = new();
    private readonly Snapshot _snapshot = new([]);
    private readonly NominatedPods _nominated = new();
    private readonly AttemptLog _log = new(new AttemptLogOptions(), TimeProvider.System);
    private readonly SchedulingCycle _cycle = new(new Random(1));
    private readonly Profile _profile;
    private int _tried;

    private AttemptRun(int nodes, int pods)
    {
        var context = new PluginContext(new MemoryApi(), new NoObjects(), TimeProvider.System, new NoEvents(), NullLoggerFactory.Instance, new WaitingPods(TimeProvider.System));
        _profile = SchedulerConfiguration.Default("default-scheduler").MakeProfiles(context).Of(new PodInfo(Shapes.Pod("any")));
        var random = new Random(1);
        for (var i = 0; i < nodes; i++) _cache.SetNode(Shapes.Node(i));
        for (var i = 0; i < pods; i++) _cache.SetPod(new PodInfo(Shapes.Pod($"before-{i}", cpu: $"{random.Next(1, 20)}0m").On($"node-{random.Next(nodes)}")));
    }

    public static IEnumerable<Row> Run(int nodes)
    {
        foreach (var pods in (int[])[0, 10_000, 50_000]) yield return new Row($"an attempt at {nodes} nodes with {pods} Pods", new AttemptRun(nodes, pods).Measure(cpu: "100m"));
        yield return new Row($"an attempt at {nodes} nodes with 50000 Pods, for a Pod too large for any", new AttemptRun(nodes, 50_000).Measure(cpu: "9"));
    }

    private string Measure(string cpu)
    {
        for (var i = 0; i < Attempts; i++) Try(cpu, Now);     // compiled, and as many records as are kept
        var times = Enumerable.Range(0, Attempts).Select(_ => Try(cpu, Now)).ToList();
        var bytes = Enumerable.Range(0, Attempts / 10).Select(_ => Try(cpu, GC.GetAllocatedBytesForCurrentThread)).ToList();
        var (decision, record, rest) = (Median(times, cost => cost.Decision) / 1000.0, Median(times, cost => cost.Record) / 1000.0, Median(times, cost => cost.Rest) / 1000.0);
        var (decisionKiB, recordKiB, restKiB) = (Median(bytes, cost => cost.Decision) / 1024.0, Median(bytes, cost => cost.Record) / 1024.0, Median(bytes, cost => cost.Rest) / 1024.0);
        return $"decision {decision:0.0} us, {decisionKiB:0.0} KiB; its record {record:0.00} us ({record / decision:P1}), {recordKiB:0.00} KiB ({recordKiB / decisionKiB:P1}); "
            + $"snapshot and cache {rest:0.00} us, {restKiB:0.00} KiB";
    }

    private Cost Try(string cpu, Func<long> read)
    {
        var pod = new PodInfo(Shapes.Pod($"pod-{_tried++}", cpu: cpu));
        var queued = new QueuedPod(pod, TimeProvider.System.GetUtcNow(), _tried);
        var started = read();
        _cache.Refresh(_snapshot);
        var refreshed = read();
        var trial = _log.Begin(queued, _profile.Plugins, _nominated);
        var begun = read();
        var decision = _cycle.Decide(_profile, trial.State, trial.Pod, _snapshot, trial.Trace);
        var decided = read();
        _log.End(_log.Add(trial, _snapshot, decision), AttemptOutcome.Bound("DefaultBinder"));
        var recorded = read();
        if (decision is Decision.Place place) _cache.Assume(pod, place.Node);
        var ended = read();
        _cache.Forget(pod);
        return new Cost(decided - begun, begun - refreshed + (recorded - decided), refreshed - started + (ended - recorded));
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    private static long Median(List<Cost> costs, Func<Cost, long> of) => costs.Select(of).Order().ElementAt(costs.Count / 2);

    // Nanoseconds or bytes.
    private readonly record struct Cost(long Decision, long Record, long Rest);
}
