using System.Diagnostics.Metrics;

using MiniK8s.Client.Tests.Fakes;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Scheduler.Tests.Cycles;

/// <summary>What the running loop measures, under kube-scheduler's names. Nothing takes time but what the test lets pass.</summary>
public sealed class SchedulerMetricsTests : IAsyncLifetime
{
    private const string Profile = "profile=default-scheduler";
    private readonly FakeApiClient _api = new();
    private readonly SchedulerRig _rig;
    private readonly Measurements _measured;

    public SchedulerMetricsTests()
    {
        _rig = new SchedulerRig(_api, sampling: new Always(), more: new Doorman());
        _measured = new Measurements(_rig.Metrics.Meter);
    }

    public Task InitializeAsync() => _rig.StartAsync();

    public async Task DisposeAsync()
    {
        await _rig.DisposeAsync();
        _measured.Dispose();
    }

    // Name, first bucket, factor, number of buckets. Source: pkg/scheduler/metrics/metrics.go.
    [Theory]
    [InlineData("scheduler_scheduling_attempt_duration_seconds", 0.001, 2, 15)]
    [InlineData("scheduler_scheduling_algorithm_duration_seconds", 0.001, 2, 15)]
    [InlineData("scheduler_pod_scheduling_sli_duration_seconds", 0.01, 2, 20)]
    [InlineData("scheduler_pod_scheduling_attempts", 1, 2, 5)]
    [InlineData("scheduler_framework_extension_point_duration_seconds", 0.0001, 2, 12)]
    [InlineData("scheduler_plugin_execution_duration_seconds", 0.00001, 1.5, 20)]
    [InlineData("scheduler_permit_wait_duration_seconds", 0.001, 2, 15)]
    [InlineData("scheduler_preemption_victims", 1, 2, 7)]
    public void Histogram_Each_HasKubernetesBuckets(string name, double first, double factor, int count)
    {
        var bounds = Assert.IsType<Histogram<double>>(_measured.Instruments[name]).Advice!.HistogramBucketBoundaries!;

        Assert.Equal(Enumerable.Range(0, count).Select(i => first * Math.Pow(factor, i)), bounds, (a, b) => Math.Abs(a - b) < a * 1e-9);
    }

    [Fact]
    public async Task Run_PodIsBound_MeasuresTheAttemptAndEachExtensionPoint()
    {
        _rig.Feed.OnAdd(A.Node("n1"));
        _rig.Feed.OnAdd(A.Node("n2"));
        await ArriveAsync(A.Pod(), "bind default/web to ");
        Assert.StartsWith("Normal Scheduled", await _rig.EventAsync(), StringComparison.Ordinal);
        await Patience.UntilAsync(() => _measured.Of(Point("PostBind")).Count > 0, "the last extension point");

        Assert.Equal([1], _measured.Of($"scheduler_schedule_attempts_total{{result=scheduled,{Profile}}}"));
        Assert.Equal([0], _measured.Of($"scheduler_scheduling_attempt_duration_seconds{{result=scheduled,{Profile}}}"));
        Assert.Equal([0], _measured.Of("scheduler_scheduling_algorithm_duration_seconds{}"));
        Assert.Equal([0], _measured.Of("scheduler_pod_scheduling_sli_duration_seconds{attempts=1}"));
        Assert.Equal([1], _measured.Of("scheduler_pod_scheduling_attempts{}"));
        foreach (var point in new[] { "PreFilter", "Filter", "PreScore", "Score", "Reserve", "Permit", "PreBind", "Bind", "PostBind" })
            Assert.Equal([0], _measured.Of(Point(point)));
    }

    [Fact]
    public async Task Run_PodFitsNowhere_CountsItWhereItWaitsAndWhoRejectedIt()
    {
        _rig.Feed.OnAdd(A.Node("n1", cpu: "1"));
        await ArriveAsync(A.Pod().Cpu("2"), "patch Pod default/web status");
        await _rig.BackInQueueAsync(Pool.Unschedulable);
        _rig.Queue.Set(A.Pod("gated").With(spec => spec.SchedulingGates.Add(new PodSchedulingGate { Name = "one" })).Info());

        Assert.Equal([1], _measured.Of($"scheduler_schedule_attempts_total{{result=unschedulable,{Profile}}}"));
        Assert.Equal([0], _measured.Of(Point("PostFilter", "Unschedulable")));
        Assert.Equal([1], _measured.Of("scheduler_preemption_attempts_total{}"));
        Assert.Empty(_measured.Of("scheduler_preemption_victims{}"));
        Assert.Equal(
            new Dictionary<string, double> { ["{queue=active}"] = 0, ["{queue=backoff}"] = 0, ["{queue=unschedulable}"] = 1, ["{queue=gated}"] = 1 },
            _measured.Observe("scheduler_pending_pods"));
        Assert.Equal(
            new Dictionary<string, double> { [$"{{plugin=NodeResourcesFit,{Profile}}}"] = 1, [$"{{plugin=SchedulingGates,{Profile}}}"] = 1 },
            _measured.Observe("scheduler_unschedulable_pods"));

        // It comes back by a node, waits out its backoff, and is bound at the second attempt.
        _rig.Feed.OnAdd(A.Node("n2", cpu: "2"));
        _rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("bind default/web to n2", await WriteAsync());
        await Patience.UntilAsync(() => _measured.Of(Point("PostBind")).Count > 0, "the last extension point of the second attempt");

        Assert.Equal([2], _measured.Of("scheduler_pod_scheduling_attempts{}"));
        Assert.Equal([1], _measured.Of("scheduler_pod_scheduling_sli_duration_seconds{attempts=2}"));
        Assert.Equal(
            new Dictionary<string, double>
            {
                ["{queue=active,event=UnschedulablePodAdd}"] = 1, ["{queue=unschedulable,event=ScheduleAttemptFailure}"] = 1,
                ["{queue=backoff,event=NodeAdd}"] = 1, ["{queue=active,event=BackoffComplete}"] = 1,
            },
            _measured.Observe("scheduler_queue_incoming_pods_total"));
        Assert.Equal([$"{{plugin=SchedulingGates,{Profile}}}"], _measured.Observe("scheduler_unschedulable_pods").Keys);
    }

    [Fact]
    public async Task Run_BindingFails_CountsAnError()
    {
        _api.Refuse = write => write.StartsWith("bind", StringComparison.Ordinal) ? FakeApiClient.Refusal(503, "ServiceUnavailable", "no leader") : null;
        _rig.Feed.OnAdd(A.Node("n1"));

        await ArriveAsync(A.Pod(), "patch Pod default/web status");

        Assert.Equal([1], _measured.Of($"scheduler_schedule_attempts_total{{result=error,{Profile}}}"));
        Assert.Equal([0], _measured.Of(Point("Bind", "Error")));
    }

    [Fact]
    public async Task Run_VictimsGo_AreCounted()
    {
        _rig.Feed.OnAdd(A.Node("n1", cpu: "4"));
        foreach (var name in new[] { "a", "b" }) _rig.Feed.OnAdd(_api.Put(A.Pod(name).Cpu("2").OnNode("n1")));
        _api.Put(A.Pod().Cpu("4").Priority(10));

        _rig.Feed.OnAdd(A.Pod().Cpu("4").Priority(10));

        await _rig.BackInQueueAsync(Pool.Unschedulable);
        Assert.Equal([2], _measured.Of("scheduler_preemption_victims{}"));
        Assert.Equal([0], _measured.Of(Point("PostFilter")));
    }

    [Fact]
    public async Task Run_PodWaitsForPermission_MeasuresTheWait()
    {
        _rig.Feed.OnAdd(A.Node("n1"));
        _api.Put(A.Pod());
        _rig.Feed.OnAdd(A.Pod().Label("wait", "yes"));
        await Patience.UntilAsync(() => _rig.Waiting.All.Count > 0, "the pod that waits");
        Assert.Equal(new Dictionary<string, double> { ["{type=nodes}"] = 1, ["{type=pods}"] = 1, ["{type=assumed_pods}"] = 1 }, _measured.Observe("scheduler_scheduler_cache_size"));

        _rig.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal([30], _measured.Of("scheduler_permit_wait_duration_seconds{result=Unschedulable}"));
        Assert.Equal([0], _measured.Of(Point("Permit", "Wait")));
        Assert.Equal("patch Pod default/web status", await WriteAsync());
        Assert.Equal([30], _measured.Of($"scheduler_scheduling_attempt_duration_seconds{{result=unschedulable,{Profile}}}"));
    }

    [Fact]
    public async Task Run_SampledCycle_MeasuresEachPlugin()
    {
        _rig.Feed.OnAdd(A.Node("n1"));
        _rig.Feed.OnAdd(A.Node("n2").Cordoned());
        _rig.Feed.OnAdd(A.Node("n3"));

        await ArriveAsync(A.Pod().Cpu("1"), "bind default/web to ");
        await Patience.UntilAsync(() => _measured.Of(Plugin("DefaultBinder", "Bind")).Count > 0, "the binder");

        Assert.Equal([0], _measured.Of(Plugin("InterPodAffinity", "PreFilter")));
        Assert.Equal([0, 0], _measured.Of(Plugin("NodeResourcesFit", "Filter")));
        Assert.Equal([0], _measured.Of(Plugin("NodeUnschedulable", "Filter", "UnschedulableAndUnresolvable")));
        Assert.Equal([0], _measured.Of(Plugin("NodeAffinity", "PreScore")));
        Assert.Equal([0, 0], _measured.Of(Plugin("TaintToleration", "Score")));
        Assert.Equal([0], _measured.Of(Plugin("Doorman", "Permit")));
    }

    [Fact]
    public void Sample_ManyCycles_IsOneInTen()
    {
        using var metrics = new SchedulerMetrics(_rig.Queue, _rig.Cache, _rig.Time, new Random(1));
        using var measured = new Measurements(metrics.Meter);

        var sampled = Enumerable.Range(0, 10_000).Count(_ => metrics.Sample() is not null);

        Assert.InRange(sampled, 900, 1100);
    }

    [Fact]
    public void Sample_NobodyListens_IsNone()
    {
        using var metrics = new SchedulerMetrics(_rig.Queue, _rig.Cache, _rig.Time, new Always());

        Assert.Null(metrics.Sample());
    }

    [Fact]
    public void End_AnyMeasurement_AllocatesNothing()
    {
        using var metrics = new SchedulerMetrics(_rig.Queue, _rig.Cache, _rig.Time, new Random(1));
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter == metrics.Meter) self.EnableMeasurementEvents(instrument);
        };
        listener.Start();
        var plugin = new Doorman();
        for (var i = 0; i < 1000; i++) MeasureAll(metrics, plugin);

        // Of several rounds the least counts, for the runtime may take some for itself.
        var least = long.MaxValue;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++) MeasureAll(metrics, plugin);
            least = long.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(least, 0, 999);
    }

    private static void MeasureAll(SchedulerMetrics metrics, IPlugin plugin)
    {
        var began = metrics.Begin();
        metrics.Sample();
        metrics.EndDecision(began);
        metrics.EndPoint(began, ExtensionPoint.Filter, StatusCode.Success, "default-scheduler");
        metrics.End(began, plugin, ExtensionPoint.Filter, StatusCode.Unschedulable);
        metrics.CountScheduled(3, DateTimeOffset.UnixEpoch);
        metrics.CountScheduled(30, DateTimeOffset.UnixEpoch);
        metrics.CountPreemption();
    }

    private static string Point(string point, string status = "Success") =>
        $"scheduler_framework_extension_point_duration_seconds{{extension_point={point},status={status},{Profile}}}";

    private static string Plugin(string plugin, string point, string status = "Success") =>
        $"scheduler_plugin_execution_duration_seconds{{plugin={plugin},extension_point={point},status={status}}}";

    private async Task ArriveAsync(Pod pod, string write)
    {
        _api.Put(pod);
        _rig.Feed.OnAdd(pod);
        Assert.StartsWith(write, await WriteAsync(), StringComparison.Ordinal);
    }

    private async Task<string> WriteAsync() => await _api.Writes.Reader.ReadAsync().AsTask().OrMissing("a write");

    private sealed class Always : Random
    {
        public override int Next(int maxValue) => 0;
    }

    private sealed class Doorman : IPermitPlugin
    {
        public string Name => "Doorman";

        public Permission Permit(CycleState state, PodInfo pod, string node) =>
            pod.Pod.Metadata.Labels.ContainsKey("wait") ? Permission.Later(TimeSpan.FromSeconds(30)) : Permission.Granted;
    }
}
