using MiniK8s.Client;
using MiniK8s.Client.Events;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Plugins.DefaultBinder;
using MiniK8s.Scheduler.Plugins.DefaultPreemption;
using MiniK8s.Scheduler.Plugins.NodeAffinity;
using MiniK8s.Scheduler.Plugins.NodeName;
using MiniK8s.Scheduler.Plugins.NodePorts;
using MiniK8s.Scheduler.Plugins.NodeResources;
using MiniK8s.Scheduler.Plugins.NodeUnschedulable;
using MiniK8s.Scheduler.Plugins.SchedulingGates;
using MiniK8s.Scheduler.Plugins.TaintToleration;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler;

/// <summary>The scheduler's rooms.</summary>
internal static class SchedulerServiceCollectionExtensions
{
    public static IServiceCollection AddScheduler(this IServiceCollection services, SchedulerOptions options) => services
        .AddApiClient(options.Kubeconfig, "kube-scheduler")
        .AddEventRecorder(new EventSourceOptions { Component = options.SchedulerName })
        .AddSingleton<ClusterObjects>()
        .AddSingleton<IClusterObjects>(provider => provider.GetRequiredService<ClusterObjects>())
        .AddScheduling(options)
        .AddHostedService<SchedulerService>();

    /// <summary>Everything that decides, over any API client and any source of objects.</summary>
    internal static IServiceCollection AddScheduling(this IServiceCollection services, SchedulerOptions options) => services
        .AddSingleton<PluginContext>()
        .AddSingleton(provider => new Profiles([new Profile(options.SchedulerName, new PluginSet(DefaultPlugins(provider.GetRequiredService<PluginContext>())))]))
        .AddQueue()
        .AddCycles()
        .AddExplain()
        .AddSingleton<SchedulerCache>();

    /// <summary>The default profile, in the order in which filters are asked.</summary>
    internal static IReadOnlyList<PluginEntry> DefaultPlugins(PluginContext context) =>
    [
        new(new SchedulingGates()),
        new(new NodeUnschedulable()),
        new(new NodeName()),
        new(new TaintToleration(), Weight: 3),
        new(new NodeAffinity(), Weight: 2),
        new(new NodePorts()),
        new(new NodeResourcesFit()),
        new(new DefaultPreemption()),
        new(new NodeResourcesBalancedAllocation()),
        new(new DefaultBinder(context.Api)),
    ];

    private static IServiceCollection AddQueue(this IServiceCollection services) =>
        services.AddSingleton<SchedulingQueueOptions>().AddSingleton<SchedulingQueue>();

    private static IServiceCollection AddExplain(this IServiceCollection services) =>
        services.AddSingleton<AttemptLogOptions>().AddSingleton<AttemptLog>();

    private static IServiceCollection AddCycles(this IServiceCollection services) => services
        .AddSingleton(new SchedulingCycle(new Random()))
        .AddSingleton<BindingCycle>()
        .AddSingleton<CycleWorkers>()
        .AddSingleton<PodReports>()
        .AddSingleton<SchedulerMetrics>()
        .AddSingleton<SchedulerLoop>();
}
