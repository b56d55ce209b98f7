using MiniK8s.Client.Informers;
using MiniK8s.Client.LeaderElection;
using MiniK8s.Client.Reflection;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Lifetime;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler;

/// <summary>Runs the scheduler: the watches first, and the loop when both are complete and it is this process's turn.</summary>
/// <remarks>
/// One that stands by hears everything and fills cache and queue, so that it can go on where another has ended. Nothing is kept over a restart:
/// what was bound is seen bound, what was not is tried again. A loop that fails ends the service, and with it the process.
/// </remarks>
internal sealed partial class SchedulerService(
    SchedulerConfiguration configuration, InformerFactory informers, ClusterObjects objects, Profiles profiles, SchedulerCache cache, SchedulingQueue queue,
    NominatedPods nominated, WaitingPods waiting, SchedulerLoop loop, CycleWorkers workers, LeaderElector election,
    ProcessHealth health, ILogger<SchedulerService> logger) : BackgroundService
{
    private const string Gate = "cache-sync";

    // Pods that have ended take no room; the server leaves them out and tells their end as a deletion.
    private static readonly ObjectFilter LivePods = new(FieldSelector: "status.phase!=Succeeded,status.phase!=Failed");

    // Here and not in ExecuteAsync, which the host starts beside the ports: for a moment the process would say that it is ready.
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        health.Close(Gate, "the first lists have not come");
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (configuration.Unused.Count > 0) LogUnused(logger, string.Join(", ", configuration.Unused));
        var nodes = informers.Create<Node>(trim: node => node.Metadata.ManagedFields.Clear());
        var pods = informers.Create<Pod>(LivePods, new PodTrim().Trim);
        var feed = new ClusterFeed(cache, queue, nominated, waiting, profiles);
        nodes.AddHandler(feed);
        pods.AddHandler(feed);
        var synced = Task.WhenAll(nodes.Synced, pods.Synced, objects.Synced);
        await Together.RunAsync(
            [nodes.RunAsync, pods.RunAsync, ct => objects.RunAsync(queue.Tell, ct), queue.RunAsync, ct => ScheduleAsync(synced, ct)], stoppingToken);
    }

    private async Task ScheduleAsync(Task synced, CancellationToken stopping)
    {
        await synced.WaitAsync(stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stopping.IsCancellationRequested) return;
        health.Open(Gate);
        await election.RunAsync(LeadAsync, stopping);
    }

    // The workers are those of one term: no binding of theirs is under way when it is over.
    private Task LeadAsync(CancellationToken term)
    {
        LogStarted(logger, string.Join(", ", profiles.SchedulerNames), cache.NodeCount);
        return Together.RunAsync([workers.RunAsync, loop.RunAsync], term);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The configuration sets what has no effect here: {Fields}")]
    private static partial void LogUnused(ILogger logger, string fields);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Scheduler} has heard of {Count} nodes and schedules")]
    private static partial void LogStarted(ILogger logger, string scheduler, int count);
}
