using MiniK8s.Client;
using MiniK8s.Client.Events;
using MiniK8s.Client.LeaderElection;
using MiniK8s.Scheduler.Cache;
using MiniK8s.Scheduler.Configuration;
using MiniK8s.Scheduler.Cycles;
using MiniK8s.Scheduler.Explain;
using MiniK8s.Scheduler.Framework;
using MiniK8s.Scheduler.Queue;

namespace MiniK8s.Scheduler;

/// <summary>The scheduler's rooms.</summary>
internal static class SchedulerServiceCollectionExtensions
{
    public static IServiceCollection AddScheduler(this IServiceCollection services, SchedulerOptions options, SchedulerConfiguration configuration) => services
        .AddApiClient(configuration.Kubeconfig.Length > 0 ? configuration.Kubeconfig : options.Kubeconfig, "kube-scheduler")
        .AddEventRecorder(new EventSourceOptions { Component = "default-scheduler" })
        .AddLeaderElection("kube-scheduler")
        .AddSingleton<ClusterObjects>()
        .AddSingleton<IClusterObjects>(provider => provider.GetRequiredService<ClusterObjects>())
        .AddScheduling(configuration)
        .AddHostedService<SchedulerService>();

    /// <summary>Everything that decides, over any API client and any source of objects.</summary>
    internal static IServiceCollection AddScheduling(this IServiceCollection services, SchedulerConfiguration configuration) => services
        .AddSingleton(configuration)
        .AddSingleton<WaitingPods>()
        .AddSingleton<PluginContext>()
        .AddSingleton(provider => configuration.MakeProfiles(provider.GetRequiredService<PluginContext>()))
        .AddQueue(configuration)
        .AddCycles()
        .AddExplain()
        .AddSingleton<SchedulerCache>();

    private static IServiceCollection AddQueue(this IServiceCollection services, SchedulerConfiguration configuration) => services
        .AddSingleton(new SchedulingQueueOptions { InitialBackoff = configuration.InitialBackoff, MaxBackoff = configuration.MaxBackoff })
        .AddSingleton<SchedulingQueue>()
        .AddSingleton<NominatedPods>();

    private static IServiceCollection AddExplain(this IServiceCollection services) =>
        services.AddSingleton<AttemptLogOptions>().AddSingleton<AttemptLog>();

    private static IServiceCollection AddCycles(this IServiceCollection services) => services
        .AddSingleton(provider => new SchedulingCycle(new Random(), provider.GetRequiredService<SchedulerMetrics>()))
        .AddSingleton<BindingCycle>()
        .AddSingleton<CycleWorkers>()
        .AddSingleton<PodReports>()
        .AddSingleton(provider => ActivatorUtilities.CreateInstance<SchedulerMetrics>(provider, new Random()))
        .AddSingleton<SchedulerLoop>();
}
