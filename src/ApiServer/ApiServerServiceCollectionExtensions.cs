using Grpc.AspNetCore.Server.Model;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Admission;
using MiniK8s.ApiServer.Admission.AppArmor;
using MiniK8s.ApiServer.Admission.DefaultTolerations;
using MiniK8s.ApiServer.Admission.NamespaceLifecycle;
using MiniK8s.ApiServer.Admission.NodeRestriction;
using MiniK8s.ApiServer.Admission.NodeTaints;
using MiniK8s.ApiServer.Admission.Priority;
using MiniK8s.ApiServer.Admission.RuntimeClasses;
using MiniK8s.ApiServer.Admission.ServiceAccounts;
using MiniK8s.ApiServer.Audit;
using MiniK8s.ApiServer.Authentication;
using MiniK8s.ApiServer.Authentication.Tokens;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Bootstrap;
using MiniK8s.ApiServer.Overload;
using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Pods;
using MiniK8s.ApiServer.Registry.Metrics;
using MiniK8s.ApiServer.Registry.Reviews;
using MiniK8s.ApiServer.Registry.ServiceAccounts;
using MiniK8s.ApiServer.Registry.Services;
using MiniK8s.ApiServer.Registry.Translation;
using MiniK8s.ApiServer.Rest;
using MiniK8s.ApiServer.Services;
using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer;

/// <summary>The rooms of the apiserver.</summary>
internal static class ApiServerServiceCollectionExtensions
{
    /// <summary>Everything.</summary>
    public static IServiceCollection AddApiServer(this IServiceCollection services, ApiServerOptions options) => services
        .AddStorage(options).AddKinds(options).AddWatchCache().AddAdmission().AddRegistries().AddIdentities(options).AddAudit().AddGrpcFace().AddKubernetesRest()
        .AddHostedService<BootstrapObjects>();

    /// <summary>The kinds that are served: those that have a strategy, in the order of <see cref="ApiKinds"/>.</summary>
    private static IServiceCollection AddKinds(this IServiceCollection services, ApiServerOptions options)
    {
        services.AddSingleton(_ => new ClusterIpRange(options.ServiceClusterIpRange));
        foreach (var strategy in typeof(ResourceStrategy).Assembly.GetTypes().Where(type => !type.IsAbstract && type.IsSubclassOf(typeof(ResourceStrategy))))
            services.AddSingleton(typeof(ResourceStrategy), strategy);
        return services;
    }

    /// <summary>The plugins, in the order of Kubernetes.</summary>
    private static IServiceCollection AddAdmission(this IServiceCollection services) => services
        .AddSingleton<ObjectLookup>().AddSingleton<AdmissionChain>()
        .AddSingleton<IAdmissionPlugin, NamespaceLifecyclePlugin>()
        .AddSingleton<IAdmissionPlugin, ServiceAccountPlugin>()
        .AddSingleton<IAdmissionPlugin, NodeRestrictionPlugin>()
        .AddSingleton<IAdmissionPlugin, TaintNodesByConditionPlugin>()
        .AddSingleton<IAdmissionPlugin, PriorityPlugin>()
        .AddSingleton<IAdmissionPlugin, DefaultTolerationSecondsPlugin>()
        .AddSingleton<IAdmissionPlugin, RuntimeClassPlugin>()
        .AddSingleton<IAdmissionPlugin, AppArmorSyncPlugin>();

    private static IServiceCollection AddStorage(this IServiceCollection services, ApiServerOptions options) => services
        .AddSingleton(new EtcdOptions { Servers = options.EtcdServers, CompactionInterval = options.EtcdCompactionInterval })
        .AddSingleton(_ => new EtcdEndpoints(options.EtcdServers))
        .AddSingleton<IKeyValueStore, EtcdKeyValueStore>()
        .AddSingleton<StoreLeases>()
        .AddHostedService<StoreHealth>().AddHostedService<Compactor>();

    private static IServiceCollection AddWatchCache(this IServiceCollection services) => services
        .AddSingleton(new WatchCacheOptions())
        .AddSingleton(provider =>
        {
            var strategies = provider.GetServices<ResourceStrategy>().ToDictionary(strategy => strategy.Kind);
            return new ResourceCaches(
                strategies.Keys, kind => strategies[kind].IndexedField is { } field ? obj => strategies[kind].FieldOf(obj, field) ?? "" : null,
                provider.GetRequiredService<WatchCacheOptions>(), provider.GetRequiredService<TimeProvider>());
        })
        .AddHostedService<StoreFeed>();

    private static IServiceCollection AddRegistries(this IServiceCollection services) => services
        .AddSingleton<IIdentitySource, RandomIdentitySource>()
        .AddSingleton<CacheFreshness>()
        .AddSingleton<ReviewRegistry, SelfSubjectReviews>().AddSingleton<ReviewRegistry, TokenReviews>()
        .AddSingleton<ReviewRegistry, SelfSubjectAccessReviews>().AddSingleton<ReviewRegistry, SelfSubjectRulesReviews>()
        .AddSingleton<IResourceRegistries>(provider => new ResourceRegistries([.. WithMetrics(provider, [.. WithSecondForms(Stored(provider)), .. provider.GetServices<ReviewRegistry>()])]))
        .AddSingleton<IPodBinder>(provider => new PodBinder(PartsOf<Pod>(provider)))
        .AddSingleton<IDisruptionBudgets, StoredDisruptionBudgets>()
        .AddSingleton<IPodEvictor>(provider => ActivatorUtilities.CreateInstance<PodEvictor>(provider, PartsOf<Pod>(provider)))
        .AddSingleton<ITokenRequests>(provider => ActivatorUtilities.CreateInstance<TokenRequests>(provider, PartsOf<ServiceAccount>(provider)));

    private static IEnumerable<IResourceRegistry> Stored(IServiceProvider provider) =>
        from kind in ApiKinds.All
        join strategy in provider.GetServices<ResourceStrategy>() on kind equals strategy.Kind
        select new ResourceRegistry(PartsOf(provider, strategy), provider.GetRequiredService<CacheFreshness>());

    // Behind the stored kinds: where a name alone is given (kubectl get events, kubectl get hpa), the stored form is meant.
    private static IEnumerable<IResourceRegistry> WithSecondForms(IEnumerable<IResourceRegistry> stored)
    {
        IResourceRegistry[] all = [.. stored];
        return [.. all, .. SecondForm.All.Select(form => new SecondFormRegistry(form, all.Single(registry => registry.Kind == form.StoredKind)))];
    }

    // What asks the kubelets finds them by the registries: it is made when it is first needed.
    private static IEnumerable<IResourceRegistry> WithMetrics(IServiceProvider provider, IReadOnlyList<IResourceRegistry> all) =>
    [
        .. all,
        new NodeUsages(all.Single(registry => registry.Kind == ApiKinds.Of<Node>()), provider.GetRequiredService<IKubeletStats>),
        new PodUsages(all.Single(registry => registry.Kind == ApiKinds.Of<Pod>()), provider.GetRequiredService<IKubeletStats>),
    ];

    private static IServiceCollection AddIdentities(this IServiceCollection services, ApiServerOptions options) => services
        .AddSingleton(provider => new ClientCertificates(options.ClientCaFile, provider.GetRequiredService<TimeProvider>()))
        .AddSingleton<TokenKeys>().AddSingleton<TokenIssuer>().AddSingleton<BoundObjects>().AddSingleton<TokenAuthenticator>()
        .AddSingleton<NodeRules>().AddSingleton<IAuthorizer, Authorizer>().AddSingleton<Impersonation>()
        .AddSingleton<InFlightLimits>().AddSingleton<RequestGate>().AddSingleton<SlowClients>();

    private static IServiceCollection AddAudit(this IServiceCollection services) => services
        .AddSingleton<AuditFeed>().AddSingleton<AuditLog>();

    private static IServiceCollection AddGrpcFace(this IServiceCollection services) => services
        .AddSingleton<IServiceMethodProvider<KindCalls>, KindMethods>();

    private static RegistryParts PartsOf<T>(IServiceProvider provider) where T : class, IApiObject =>
        PartsOf(provider, provider.GetServices<ResourceStrategy>().Single(strategy => strategy.Kind == ApiKinds.Of<T>()));

    private static RegistryParts PartsOf(IServiceProvider provider, ResourceStrategy strategy)
    {
        var storage = ActivatorUtilities.CreateInstance<ObjectStorage>(provider, strategy);
        return ActivatorUtilities.CreateInstance<RegistryParts>(provider, strategy, storage);
    }
}
