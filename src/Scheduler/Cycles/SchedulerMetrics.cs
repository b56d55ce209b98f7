using System.Diagnostics.Metrics;

using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>What the scheduler measures of itself, under kube-scheduler's names.</summary>
internal sealed class SchedulerMetrics : IDisposable
{
    public const string Scheduled = "scheduled";
    public const string Unschedulable = "unschedulable";
    public const string Error = "error";

    private readonly Meter _meter = new("MiniK8s.Scheduler");
    private readonly Counter<long> _attempts;
    private readonly Histogram<double> _decisions;
    private readonly TimeProvider _time;

    public SchedulerMetrics(SchedulingQueue queue, TimeProvider time)
    {
        _time = time;
        _attempts = _meter.CreateCounter<long>("scheduler_schedule_attempts", description: "Attempts to schedule a pod, by result.");
        _decisions = _meter.CreateHistogram<double>("scheduler_scheduling_algorithm_duration_seconds", description: "Time to choose a node.");
        _meter.CreateObservableGauge("scheduler_pending_pods", () => Pending(queue), description: "Pods without a node, by queue.");
    }

    /// <summary>Counts one attempt.</summary>
    public void CountAttempt(string result) => _attempts.Add(1, new KeyValuePair<string, object?>("result", result));

    /// <summary>Decides, and measures how long that took.</summary>
    public Decision Measure(Func<Decision> decide)
    {
        var start = _time.GetTimestamp();
        var decision = decide();
        _decisions.Record(_time.GetElapsedTime(start).TotalSeconds);
        return decision;
    }

    public void Dispose() => _meter.Dispose();

    private static IEnumerable<Measurement<int>> Pending(SchedulingQueue queue) => Enum.GetValues<Pool>().Select(pool =>
        new Measurement<int>(queue.Count(pool), new KeyValuePair<string, object?>("queue", pool.ToString().ToLowerInvariant())));
}
