using System.Net;

using MiniK8s.Hosting;

namespace MiniK8s.Scheduler;

/// <summary>The scheduler as a whole: what Program, the tests that give it faults and the tests of its settings use.</summary>
internal static class SchedulerBuilderExtensions
{
    /// <summary>Reads the settings, listens, and adds all rooms.</summary>
    public static WebApplicationBuilder AddScheduler(this WebApplicationBuilder builder)
    {
        var options = builder.BindOptions<SchedulerOptions>();
        var configuration = options.ReadConfiguration(out _);     // its faults are among those of the options
        builder.BindOptions(configuration.LeaderElection.ToOptions);
        builder.ListenHttp("port", options.Port);
        builder.ListenGrpc("grpc-port", options.GrpcPort, IPAddress.Loopback);
        builder.AddMiniK8sGrpc();
        builder.Services.AddScheduler(options, configuration);
        return builder;
    }
}
