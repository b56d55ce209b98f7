using Microsoft.Extensions.DependencyInjection.Extensions;

using MiniK8s.Store.Commit;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store;

/// <summary>The store's rooms, and its services on the wire.</summary>
internal static class StoreServiceCollectionExtensions
{
    /// <summary>Adds everything the store is made of. Recovery runs when the host starts, before a port opens.</summary>
    public static IServiceCollection AddStore(this IServiceCollection services, StoreOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        return services.AddMvcc().AddWal().AddWatch().AddCommit().AddEtcdServices(options);
    }

    /// <summary>Maps etcd's services.</summary>
    public static void MapStore(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGrpcService<KvService>();
        endpoints.MapGrpcService<WatchService>();
        endpoints.MapGrpcService<LeaseService>();
        endpoints.MapGrpcService<ClusterService>();
        endpoints.MapGrpcService<MaintenanceService>();
    }

    private static IServiceCollection AddMvcc(this IServiceCollection services) => services
        .AddSingleton<ILeaseDirectory, NoLeases>()
        .AddSingleton<MvccStore>();

    private static IServiceCollection AddWal(this IServiceCollection services) => services
        .AddSingleton(provider => DataDirectory.Open(provider.GetRequiredService<StoreOptions>().DataDir))
        .AddSingleton(provider => Identity.Of(provider.GetRequiredService<DataDirectory>()))
        .AddSingleton(Recover)
        .AddSingleton<IWriteAheadLog>(provider => provider.GetRequiredService<WriteAheadLog>())
        .AddSingleton<LogTrimmer>()
        .AddHostedService(provider => provider.GetRequiredService<LogTrimmer>());

    private static IServiceCollection AddWatch(this IServiceCollection services) => services
        .AddSingleton<WatchHub>()
        .AddSingleton<IWatchHub>(provider => provider.GetRequiredService<WatchHub>());

    private static IServiceCollection AddCommit(this IServiceCollection services) => services
        .AddSingleton(provider => new CommitPipeline(
            provider.GetRequiredService<IWriteAheadLog>(),
            provider.GetRequiredService<MvccStore>(),
            provider.GetRequiredService<IWatchHub>(),
            provider.GetRequiredService<StoreOptions>())
        {
            Compacted = provider.GetRequiredService<LogTrimmer>().Wake,
        })
        .AddHostedService<CommitLoop>();

    private static IServiceCollection AddEtcdServices(this IServiceCollection services, StoreOptions options)
    {
        services.AddSingleton<ResponseHeaders>()
            .AddSingleton<KvService>()
            .AddSingleton<WatchService>()
            .AddSingleton<LeaseService>()
            .AddSingleton<ClusterService>()
            .AddSingleton<MaintenanceService>();
        // A frame may be larger than a write, so that the store, not the transport, words the refusal.
        services.AddGrpc(grpc => grpc.MaxReceiveMessageSize = options.MaxRequestBytes + (512 * 1024));
        return services;
    }

    private static WriteAheadLog Recover(IServiceProvider provider) => LogRecovery.Recover(
        provider.GetRequiredService<DataDirectory>(),
        provider.GetRequiredService<MvccStore>(),
        provider.GetRequiredService<StoreOptions>(),
        provider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(LogRecovery)));
}
