using System.Net;

using Grpc.AspNetCore.Server.Model;

using MiniK8s.Hosting;
using MiniK8s.Hosting.Ports;
using MiniK8s.Store.Backend;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Compaction;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Failpoints;
using MiniK8s.Store.Leases;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Snapshots;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MiniK8s.Store;

/// <summary>The store's rooms, and its services on the wire.</summary>
internal static class StoreServiceCollectionExtensions
{
    /// <summary>The name of the port of /health, /version and /metrics.</summary>
    public const string HttpPort = "http-port";

    // Informers hold a watch each; Kestrel's own 100 would let the rest queue unseen.
    private const int StreamsPerConnection = 1000;

    /// <summary>Adds everything the store is made of. Recovery runs when the host starts, before a port opens.</summary>
    public static void AddStore(this WebApplicationBuilder builder, StoreOptions options)
    {
        Fail.Arm(FailpointPlan.Of(options.Failpoints, TimeProvider.System));
        builder.Services.AddMvcc().AddWal().AddWatch().AddCommit().AddLeases().AddMaintenance().AddEtcdServices();
        // A frame may be larger than a write, so that the store, not the transport, words the refusal.
        builder.AddMiniK8sGrpc(grpc => (grpc.MaxReceiveMessageSize, grpc.IgnoreUnknownServices) = (options.MaxRequestBytes + (512 * 1024), true));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
            kestrel.AllowResponseHeaderCompression = false;     // the few headers of an answer cost less to send than to look up
        });
    }

    /// <summary>Listens for the etcd API: HTTP/2 without TLS, from clients of every age.</summary>
    public static void ListenEtcd(this WebApplicationBuilder builder, string name, int port) => builder.Listen(name, port, listen =>
    {
        listen.Protocols = HttpProtocols.Http2;
        var ports = listen.ApplicationServices.GetRequiredService<PortBook>();
        var time = listen.ApplicationServices.GetRequiredService<TimeProvider>();
        listen.Use(next => PlainHttp.Forward(next, () => new IPEndPoint(Reachable(listen.IPEndPoint!.Address), ports.Numbers[HttpPort]), time));
        listen.Use(SchemeInAuthority.Allow);
    });

    /// <summary>Maps etcd's services, and /health as etcd words it.</summary>
    public static void MapStore(this WebApplication app)
    {
        app.UseUnknownCalls();
        app.MapGrpcService<KvService>();
        app.MapGrpcService<WatchService>();
        app.MapGrpcService<LeaseService>();
        app.MapGrpcService<ClusterService>();
        app.MapGrpcService<MaintenanceService>();
        app.MapNotBuilt();
        app.MapGet("/health", EtcdHealth.AnswerAsync);
        app.MapGet("/version", EtcdHealth.VersionAsync);
    }

    private static IServiceCollection AddMvcc(this IServiceCollection services) => services.AddSingleton<MvccStore>();

    private static IServiceCollection AddWal(this IServiceCollection services) => services
        .AddSingleton(provider => DataDirectory.Open(provider.GetRequiredService<StoreOptions>().DataDir))
        .AddSingleton(provider => Identity.Of(provider.GetRequiredService<DataDirectory>()))
        .AddSingleton(Recover)
        .AddSingleton<IWriteAheadLog>(provider => provider.GetRequiredService<WriteAheadLog>())
        .AddSingleton(OpenBackend)
        .AddSingleton<BackendReader>()
        .AddSingleton<Settler>()
        .AddHostedService(provider => provider.GetRequiredService<Settler>());

    private static IServiceCollection AddWatch(this IServiceCollection services) => services
        .AddSingleton<WatchHub>()
        .AddSingleton<IWatchHub>(provider => provider.GetRequiredService<WatchHub>());

    private static IServiceCollection AddCommit(this IServiceCollection services) => services
        .AddSingleton<StoreMetrics>()
        .AddSingleton<FullDisk>()
        .AddSingleton(provider => new CommitPipeline(
            provider.GetRequiredService<IWriteAheadLog>(),
            provider.GetRequiredService<MvccStore>(),
            provider.GetRequiredService<IWatchHub>(),
            provider.GetRequiredService<StoreOptions>())
        {
            Published = provider.GetRequiredService<LeaseDeadlines>().Follow,
            Full = provider.GetRequiredService<FullDisk>().Report,
            Metrics = provider.GetRequiredService<StoreMetrics>(),
        })
        .AddHostedService<CommitLoop>();

    private static IServiceCollection AddLeases(this IServiceCollection services) => services
        .AddSingleton<LeaseDeadlines>()
        .AddHostedService<LeaseExpiry>();

    private static IPAddress Reachable(IPAddress bound) =>
        bound.Equals(IPAddress.Any) ? IPAddress.Loopback : bound.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : bound;

    private static IServiceCollection AddMaintenance(this IServiceCollection services) => services
        .AddSingleton<IStorageSize, StorageSize>()
        .AddSingleton<SpaceQuota>()
        .AddSingleton<Defragmenter>()
        .AddHostedService<AutoCompactor>()
        .AddHostedService<EtcdMetrics>();

    private static IServiceCollection AddEtcdServices(this IServiceCollection services) => services
        .AddSingleton<ResponseHeaders>()
        .AddSingleton<KvService>()
        .AddSingleton<WatchService>()
        .AddSingleton<IServiceMethodProvider<WatchService>, WatchMethods>()
        .AddSingleton<LeaseService>()
        .AddSingleton<ClusterService>()
        .AddSingleton<MaintenanceService>();

    private static IBackend OpenBackend(IServiceProvider provider)
    {
        var directory = provider.GetRequiredService<DataDirectory>();
        var options = provider.GetRequiredService<StoreOptions>();
        var backend = BackendFile.Open(directory, options.Backend);
        StateImport.Run(directory, backend, options);
        SnapshotImport.Run(directory, backend, options);
        return backend;
    }

    private static WriteAheadLog Recover(IServiceProvider provider) => LogRecovery.Recover(
        provider.GetRequiredService<DataDirectory>(),
        provider.GetRequiredService<BackendReader>(),
        provider.GetRequiredService<MvccStore>(),
        provider.GetRequiredService<StoreOptions>(),
        provider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(LogRecovery)));
}
