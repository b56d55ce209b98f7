using System.Diagnostics;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;
using MiniK8s.Scheduler.Tests.Fakes;

namespace MiniK8s.Load.Scheduling;

/// <summary>The scheduler's loop, queue, cache and binding workers over <see cref="MemoryApi"/>: everything but the network and the server.</summary>
internal sealed class LoopRun : IAsyncDisposable
{
    private readonly MemoryApi _api = new();
    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _stop = new();
    private readonly MeterListener _listener = new();
    private readonly List<TimeSpan> _decisions = [];
    private readonly Task _running;

    public LoopRun()
    {
        _services = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.None))
            .AddSingleton(TimeProvider.System)
            .AddSingleton<IApiClient>(_api)
            .AddSingleton<IEventRecorder, NoEvents>()
            .AddSingleton<IClusterObjects, NoObjects>()
            .AddScheduling(SchedulerConfiguration.Default("default-scheduler"))
            .BuildServiceProvider();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "scheduler_scheduling_algorithm_duration_seconds") listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => _decisions.Add(TimeSpan.FromSeconds(seconds)));
        var feed = ActivatorUtilities.CreateInstance<ClusterFeed>(_services);
        _running = Task.WhenAll(
            Task.Run(() => _api.RunAsync(feed, _stop.Token)),
            Get<SchedulingQueue>().RunAsync(_stop.Token),
            Task.Run(() => Get<CycleWorkers>().RunAsync(_stop.Token)),
            Task.Run(() => Get<SchedulerLoop>().RunAsync(_stop.Token)));
    }

    /// <summary>Brings the workload's nodes and the Pods that have a node before.</summary>
    public async Task PrepareAsync(Workload workload)
    {
        for (var i = 0; i < workload.NodeCount; i++) _api.Add(workload.Node(i));
        await UntilAsync(() => Get<SchedulerCache>().NodeCount == workload.NodeCount);
        await BindAsync(Enumerable.Range(0, workload.Before).Select(workload.Existing).ToList());
        for (var i = 0; i < workload.Hopeless; i++) _api.Add(Hopeless($"hopeless-{i}"));
    }

    /// <summary>Brings the measured Pods and waits for their nodes.</summary>
    public async Task<LoopResult> MeasureAsync(Workload workload)
    {
        var pods = Enumerable.Range(0, workload.Measured).Select(workload.Fresh).ToList();
        GC.Collect();
        using var churning = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var churn = ChurnAsync(workload.Churn, churning.Token);
        _listener.Start();
        var (allocated, cpu, clock) = (GC.GetTotalAllocatedBytes(true), Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.StartNew());
        await BindAsync(pods);
        var elapsed = clock.Elapsed;
        await churning.CancelAsync();
        await churn;
        _listener.Dispose();
        return new LoopResult(
            workload.Measured / elapsed.TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - cpu) / elapsed,
            [.. _decisions.Order()], (GC.GetTotalAllocatedBytes(true) - allocated) / _decisions.Count, GC.GetTotalMemory(true) >> 20);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _services.DisposeAsync();
        _listener.Dispose();
        _stop.Dispose();
    }

    private static Pod Hopeless(string name) => Shapes.Pod(name, cpu: "9").Urgency(10);

    private static async Task UntilAsync(Func<bool> holds)
    {
        while (!holds()) await Task.Delay(1);
    }

    private T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    private async Task BindAsync(List<Pod> pods)
    {
        if (pods.Count == 0) return;
        var missing = pods.Select(pod => ObjectKey.Of(pod)).ToHashSet();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _api.Bound = pod =>
        {
            lock (missing)
            {
                if (missing.Remove(ObjectKey.Of(pod)) && missing.Count == 0) done.SetResult();
            }
        };
        foreach (var pod in pods) _api.Add(pod);
        await done.Task.WaitAsync(TimeSpan.FromMinutes(10));
    }

    private async Task ChurnAsync(Churn churn, CancellationToken ct)
    {
        if (churn == Churn.None) return;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(churn == Churn.Mixed ? 1000 : 200));
        for (var round = 0; await Patiently(timer, ct); round++)
        {
            if (churn == Churn.HopelessPods)
            {
                _api.Add(Hopeless($"churn-{round}"));
                continue;
            }
            if (round > 0)
            {
                _api.Remove(Shapes.Node(1_000_000 + round - 1));
                _api.Remove(new ObjectKey("default", $"churn-{round - 1}"));
            }
            _api.Add(Shapes.Node(1_000_000 + round));
            _api.Add(Hopeless($"churn-{round}"));
        }
    }

    private static async Task<bool> Patiently(PeriodicTimer timer, CancellationToken ct)
    {
        try
        {
            return await timer.WaitForNextTickAsync(ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

/// <summary>What one workload came to.</summary>
/// <param name="PodsPerSecond">Measured Pods by the time until the last was bound.</param>
/// <param name="Cores">CPU time of the whole process by that time.</param>
/// <param name="Decisions">How long each attempt thought, shortest first.</param>
/// <param name="BytesPerAttempt">Allocated by everything, the API in memory included.</param>
/// <param name="Mebibytes">Held at the end.</param>
internal sealed record LoopResult(double PodsPerSecond, double Cores, IReadOnlyList<TimeSpan> Decisions, long BytesPerAttempt, long Mebibytes);
