using System.Diagnostics.Metrics;

using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler.Cycles;

/// <summary>What the scheduler measures of itself, under kube-scheduler's names and with its buckets.</summary>
/// <remarks>
/// Nothing is allocated for an attempt. What can be counted when somebody looks (pods in the queue, the cache) is counted then. How long single
/// plugins take is measured in one cycle of ten, as in Kubernetes. Source: pkg/scheduler/metrics/metrics.go.
/// </remarks>
internal sealed class SchedulerMetrics : IPluginTimer, IDisposable
{
    public const string Scheduled = "scheduled";
    public const string Unschedulable = "unschedulable";
    public const string Error = "error";

    /// <summary>The status of an extension point whose plugins have nothing against it.</summary>
    public const string Success = "Success";

    /// <summary>The status of an extension point that failed.</summary>
    public const string Fault = "Error";

    /// <summary>The status of permit plugins that have the pod wait.</summary>
    public const string Wait = "Wait";

    private const int SampledPercent = 10;     // pluginMetricsSamplePercent, pkg/scheduler/schedule_one.go
    private static readonly string[] AttemptNumbers = [.. Enumerable.Range(0, 15).Select(number => $"{number}")];
    private readonly Histogram<double> _attempts;
    private readonly Histogram<double> _decisions;
    private readonly Histogram<double> _slis;
    private readonly Histogram<double> _triesOfScheduled;
    private readonly Histogram<double> _points;
    private readonly Histogram<double> _plugins;
    private readonly Histogram<double> _permitWaits;
    private readonly Histogram<double> _victims;
    private readonly Counter<long> _results;
    private readonly Counter<long> _preemptions;
    private readonly TimeProvider _time;
    private readonly Random _random;

    /// <param name="random">Draws the cycles whose plugins are measured. The loop's alone.</param>
    public SchedulerMetrics(SchedulingQueue queue, SchedulerCache cache, TimeProvider time, Random random)
    {
        (_time, _random) = (time, random);
        _results = Meter.CreateCounter<long>("scheduler_schedule_attempts_total", description: "Attempts to schedule pods, by result: unschedulable where no node would have the pod, error where the scheduler failed.");
        _attempts = Histogram("scheduler_scheduling_attempt_duration_seconds", "Time of an attempt, from taking the pod up to the binding's end.", 0.001, 2, 15);
        _decisions = Histogram("scheduler_scheduling_algorithm_duration_seconds", "Time to choose a node.", 0.001, 2, 15);
        _slis = Histogram("scheduler_pod_scheduling_sli_duration_seconds", "Time from a pod's first coming into the active queue to its binding, over all its attempts.", 0.01, 2, 20);
        _triesOfScheduled = Histogram("scheduler_pod_scheduling_attempts", "Attempts it took to schedule a pod.", 1, 2, 5);
        _points = Histogram("scheduler_framework_extension_point_duration_seconds", "Time of all plugins at an extension point.", 0.0001, 2, 12);
        _plugins = Histogram("scheduler_plugin_execution_duration_seconds", "Time of a plugin at an extension point, of one cycle in ten.", 0.00001, 1.5, 20);
        _permitWaits = Histogram("scheduler_permit_wait_duration_seconds", "Time that pods waited for permit plugins.", 0.001, 2, 15);
        _victims = Histogram("scheduler_preemption_victims", "Pods that were to go for another.", 1, 2, 7);
        _preemptions = Meter.CreateCounter<long>("scheduler_preemption_attempts_total", description: "Attempts to make room for a pod that fits nowhere.");
        Meter.CreateObservableGauge("scheduler_pending_pods", () => Pending(queue), description: "Pods without a node, by queue; gated are those that are not tried yet.");
        Meter.CreateObservableGauge("scheduler_unschedulable_pods", () => Rejected(queue), description: "Pods that were rejected, by plugin; one of several plugins counts at each.");
        Meter.CreateObservableCounter("scheduler_queue_incoming_pods_total", () => Moves(queue), description: "Pods that came into a queue, by queue and by what brought them there.");
        Meter.CreateObservableGauge("scheduler_scheduler_cache_size", () => Sizes(cache), description: "Nodes, pods, and assumed pods in the cache.");
    }

    /// <summary>For whoever listens to this instance's instruments alone.</summary>
    internal Meter Meter { get; } = new("MiniK8s.Scheduler");

    /// <summary>The moment, for one of those below.</summary>
    public long Begin() => _time.GetTimestamp();

    /// <summary>Whether the plugins of the cycle that begins are to be measured: this, in one of ten.</summary>
    public IPluginTimer? Sample() => _plugins.Enabled && _random.Next(100) < SampledPercent ? this : null;

    /// <summary>An attempt has come to its result.</summary>
    public void EndAttempt(Attempt attempt, string result)
    {
        KeyValuePair<string, object?> ended = new("result", result), profile = new("profile", attempt.SchedulerName);
        _results.Add(1, ended, profile);
        _attempts.Record(Since(attempt.StartedAt), ended, profile);
    }

    /// <summary>A pod was bound.</summary>
    /// <param name="attempts">How often it was tried.</param>
    /// <param name="firstActive">When it could be tried first.</param>
    public void CountScheduled(int attempts, DateTimeOffset? firstActive)
    {
        _triesOfScheduled.Record(attempts);
        if (firstActive is not { } since) return;
        _slis.Record((_time.GetUtcNow() - since).TotalSeconds, new KeyValuePair<string, object?>("attempts", attempts < AttemptNumbers.Length ? AttemptNumbers[attempts] : "15+"));
    }

    /// <summary>A node was chosen, or none.</summary>
    public void EndDecision(long began) => _decisions.Record(Since(began));

    /// <summary>Somebody has looked for pods to remove.</summary>
    public void CountPreemption() => _preemptions.Add(1);

    /// <summary>Pods were removed for another.</summary>
    public void CountVictims(int victims) => _victims.Record(victims);

    /// <summary>A pod has waited for permit plugins.</summary>
    public void EndPermitWait(long began, StatusCode result) => _permitWaits.Record(Since(began), new KeyValuePair<string, object?>("result", NameOf(result)));

    /// <summary>All plugins at the point have answered.</summary>
    public void EndPoint(long began, ExtensionPoint point, StatusCode status, string profile) => EndPoint(began, point, NameOf(status), profile);

    /// <inheritdoc cref="EndPoint(long, ExtensionPoint, StatusCode, string)"/>
    public void EndPoint(long began, ExtensionPoint point, string status, string profile) => _points.Record(
        Since(began), new("extension_point", point.Label), new("status", status), new("profile", profile));

    /// <inheritdoc/>
    public void End(long began, IPlugin plugin, ExtensionPoint point, StatusCode status) => _plugins.Record(
        Since(began), new("plugin", plugin.Name), new("extension_point", point.Label), new KeyValuePair<string, object?>("status", NameOf(status)));

    public void Dispose() => Meter.Dispose();

    /// <summary>As Kubernetes names a status.</summary>
    private static string NameOf(StatusCode status) => status switch
    {
        StatusCode.Success => Success,
        StatusCode.Unschedulable => "Unschedulable",
        StatusCode.Unresolvable => "UnschedulableAndUnresolvable",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, null),
    };

    private static IEnumerable<Measurement<int>> Pending(SchedulingQueue queue) =>
    [
        new(queue.Count(Pool.Active), new KeyValuePair<string, object?>("queue", "active")),
        new(queue.Count(Pool.Backoff), new KeyValuePair<string, object?>("queue", "backoff")),
        new(queue.Count(Pool.Unschedulable), new KeyValuePair<string, object?>("queue", "unschedulable")),
        new(queue.Count(Pool.Gated), new KeyValuePair<string, object?>("queue", "gated")),
    ];

    private static IEnumerable<Measurement<int>> Rejected(SchedulingQueue queue) => queue.CountRejected().Select(pair =>
        new Measurement<int>(pair.Value, new("plugin", pair.Key.Plugin), new KeyValuePair<string, object?>("profile", pair.Key.SchedulerName)));

    private static IEnumerable<Measurement<long>> Moves(SchedulingQueue queue) => queue.Moves().Select(pair =>
        new Measurement<long>(pair.Value, new("queue", pair.Key.Pool.ToString().ToLowerInvariant()), new KeyValuePair<string, object?>("event", pair.Key.Event)));

    private static IEnumerable<Measurement<int>> Sizes(SchedulerCache cache)
    {
        var (nodes, pods, assumed) = cache.Size;
        return
        [
            new(nodes, new KeyValuePair<string, object?>("type", "nodes")), new(pods, new KeyValuePair<string, object?>("type", "pods")),
            new(assumed, new KeyValuePair<string, object?>("type", "assumed_pods")),
        ];
    }

    private double Since(long began) => _time.GetElapsedTime(began).TotalSeconds;

    private Histogram<double> Histogram(string name, string description, double first, double factor, int count)
    {
        var bounds = new double[count];
        for (var (i, bound) = (0, first); i < count; i++, bound *= factor) bounds[i] = bound;
        return Meter.CreateHistogram(name, null, description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = bounds });
    }
}
