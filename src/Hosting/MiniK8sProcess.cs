using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using MiniK8s.Hosting.Flags;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Lifetime;
using MiniK8s.Hosting.Logs;
using MiniK8s.Hosting.Metrics;
using MiniK8s.Hosting.Ports;

namespace MiniK8s.Hosting;

/// <summary>The front door of every process: settings, log, ports, health, metrics, and an orderly end.</summary>
/// <example>
/// A whole Program.cs:
/// <code>
/// var builder = MiniK8sProcess.CreateBuilder("store", args);
/// var options = builder.BindOptions&lt;StoreOptions&gt;();
/// builder.ListenGrpc("grpc", options.Port);
/// builder.ListenHttp("http", options.HttpPort);
/// builder.AddMiniK8sGrpc();
/// builder.Services.AddStore();
/// var app = builder.Build();
/// app.MapMiniK8s();
/// app.MapGrpcService&lt;KvService&gt;();
/// return await app.RunMiniK8sAsync();
/// </code>
/// </example>
public static class MiniK8sProcess
{
    /// <summary>A builder with nothing in it but what every process shares. In the container: TimeProvider, ProcessOptions, ProcessHealth, PortBook.</summary>
    /// <remarks>
    /// A setting is one name in four spellings: property <c>EtcdServers</c>, flag <c>--etcd-servers x</c> (or <c>=x</c>; alone: true),
    /// variable <c>MINIK8S_ETCD_SERVERS</c>, and <c>etcdServers</c> in the JSON file that <c>--config</c> names; in that order the first found wins.
    /// </remarks>
    /// <param name="name">As the log and the help call it.</param>
    /// <param name="args">The command line.</param>
    /// <param name="ownsConfig">What <c>--config</c> names is a file of the process's own form: it is a setting, and holds none.</param>
    public static WebApplicationBuilder CreateBuilder(string name, string[] args, bool ownsConfig = false)
    {
        var builder = WebApplication.CreateEmptyBuilder(new() { ApplicationName = name, ContentRootPath = AppContext.BaseDirectory });
        var binder = new FlagBinder(FlagSources.Read(args, Environment.GetEnvironmentVariables(), ownsConfig));
        builder.Services.AddSingleton(binder);
        var options = builder.BindOptions<ProcessOptions>();

        ConsoleLog.Add(builder.Logging, options.LogLevel);
        builder.WebHost.UseSetting(WebHostDefaults.PreventHostingStartupKey, "true");
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Services.AddRouting();
        builder.Services.AddLifetime(options).AddHealth();
        builder.Services.TryAddSingleton(TimeProvider.System);
        return builder;
    }

    private static IServiceCollection AddLifetime(this IServiceCollection services, ProcessOptions options)
    {
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownTimeout);
        services.Configure<ConsoleLifetimeOptions>(console => console.SuppressStatusMessages = true);
        services.AddSingleton<UnhandledFailures>();
        services.AddSingleton<PortBook>().AddHostedService<PortAnnouncer>();
        if (!options.ExitOnStdinClose) return services;
        return services.AddHostedService(provider => ActivatorUtilities.CreateInstance<ParentWatch>(provider, Console.OpenStandardInput()));
    }

    private static IServiceCollection AddHealth(this IServiceCollection services) =>
        services.AddSingleton<ProcessHealth>().AddHostedService<HealthGates>().AddSingleton<MetricsPage>();
}
