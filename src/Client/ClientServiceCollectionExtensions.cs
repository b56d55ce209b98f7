using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

using MiniK8s.Client.Connection;
using MiniK8s.Client.Events;
using MiniK8s.Client.Informers;
using MiniK8s.Client.Resources;

namespace MiniK8s.Client;

/// <summary>Registers the client in a process.</summary>
public static class ClientServiceCollectionExtensions
{
    /// <summary>
    /// Adds <see cref="ApiServerConnection"/>, <see cref="IApiClient"/> and <see cref="InformerFactory"/>. The process's <see cref="TimeProvider"/>
    /// is used if it registered one.
    /// </summary>
    /// <param name="component">The program's name, as the apiserver is to know it.</param>
    /// <exception cref="KubeConfigException">On first use, where the file is of no use.</exception>
    public static IServiceCollection AddApiClient(this IServiceCollection services, string kubeConfigPath, string component)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<ApiClientOptions>();
        services.TryAddSingleton<InformerOptions>();
        services.AddSingleton(_ => new ApiServerConnection(KubeConfig.Load(kubeConfigPath), component));
        services.AddSingleton<IApiClient>(provider => new ApiClient(
            provider.GetRequiredService<ApiServerConnection>().CreateCallInvoker(),
            provider.GetRequiredService<ApiClientOptions>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<InformerFactory>(provider, new Random()));
        return services;
    }

    /// <summary>Adds <see cref="IEventRecorder"/>, which writes in the background for as long as the process runs.</summary>
    public static IServiceCollection AddEventRecorder(this IServiceCollection services, EventSourceOptions source)
    {
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<EventRecorder>(provider, source, new Random()));
        services.AddSingleton<IEventRecorder>(provider => provider.GetRequiredService<EventRecorder>());
        services.AddHostedService<EventRecorderService>();
        return services;
    }

    private sealed class EventRecorderService(EventRecorder recorder) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => recorder.RunAsync(stoppingToken);
    }
}
