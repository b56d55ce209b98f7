using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MiniK8s.Hosting.Calls;
using MiniK8s.Hosting.Flags;
using MiniK8s.Hosting.Health;
using MiniK8s.Hosting.Lifetime;
using MiniK8s.Hosting.Metrics;
using MiniK8s.Hosting.Reflection;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace MiniK8s.Hosting;

/// <summary>What a process maps and how it runs; see <see cref="MiniK8sProcess"/> for the whole.</summary>
public static class AppExtensions
{
    /// <summary>
    /// Maps <c>/healthz</c>, <c>/livez</c>, <c>/readyz</c> and <c>/metrics</c>, and with AddMiniK8sGrpc gRPC health and reflection (v1 and
    /// v1alpha). Reflection finds by itself every service mapped with MapGrpcService from generated code, before or after this; services
    /// that are bound otherwise are declared here.
    /// </summary>
    public static WebApplication MapMiniK8s(this WebApplication app, params ServiceDescriptor[] declared)
    {
        HealthPages.Map(app);
        app.MapGet("/metrics", context =>
        {
            context.Response.ContentType = MetricsPage.ContentType;
            return context.Response.WriteAsync(context.RequestServices.GetRequiredService<MetricsPage>().Render());
        });
        if (app.Services.GetService<MappedServices>() is not { } services) return app;
        services.Declare(declared);
        app.MapGrpcService<HealthService>();
        app.MapGrpcService<ReflectionService>();
        app.MapGrpcService<ReflectionAlphaService>();
        return app;
    }

    /// <summary>Runs until SIGTERM, Ctrl-C, the parent's end or a failure. Gives the exit code: 0 stopped in order, 1 failed, 2 wrong settings.</summary>
    /// <remarks>Wrong settings are all printed to standard error, one a line, and nothing is started; --help prints every setting.</remarks>
    public static async Task<int> RunMiniK8sAsync(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<FlagBinder>();
        if (settings.IsHelpWanted)
        {
            await Console.Out.WriteAsync(settings.Help(app.Environment.ApplicationName));
            return 0;
        }
        if (settings.Faults.Count > 0)
        {
            foreach (var fault in settings.Faults) await Console.Error.WriteLineAsync($"{app.Environment.ApplicationName}: {fault}");
            return 2;
        }
        return await RunToTheEndAsync(app);
    }

    private static async Task<int> RunToTheEndAsync(WebApplication app)
    {
        // The page counts from the start on, not from the first scrape.
        _ = app.Services.GetRequiredService<MetricsPage>();
        var failures = app.Services.GetRequiredService<UnhandledFailures>();
        var loops = new List<BackgroundService>();
        await using (app)
        {
            try
            {
                // A service whose making fails (a store that cannot recover) fails the start like any other.
                loops.AddRange(app.Services.GetServices<IHostedService>().OfType<BackgroundService>());
                await app.StartAsync();
                await app.WaitForShutdownAsync();
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                await app.StopAsync();     // told to stop while still starting
            }
            catch (Exception ex)
            {
                failures.Report(ex);
                await app.StopAsync();
            }
            return failures.HasFailed || loops.Exists(loop => loop.ExecuteTask is { IsFaulted: true }) ? 1 : 0;
        }
    }
}
