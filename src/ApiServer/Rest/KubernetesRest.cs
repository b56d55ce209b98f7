using MiniK8s.ApiServer.Registry;
using MiniK8s.ApiServer.Registry.Metrics;
using MiniK8s.ApiServer.Rest.Answers;
using MiniK8s.ApiServer.Rest.Discovery;
using MiniK8s.ApiServer.Rest.Kubelets;
using MiniK8s.ApiServer.Rest.Logs;
using MiniK8s.ApiServer.Rest.OpenApi;
using MiniK8s.ApiServer.Rest.Patching;
using MiniK8s.ApiServer.Rest.Routing;
using MiniK8s.ApiServer.Rest.Streams;
using MiniK8s.ApiServer.Rest.Streams.Commands;
using MiniK8s.ApiServer.Rest.Streams.Forwarding;
using MiniK8s.ApiServer.Rest.Verbs;
using MiniK8s.ApiServer.Rest.Watching;

namespace MiniK8s.ApiServer.Rest;

/// <summary>Kubernetes' REST API over the registries.</summary>
internal static class KubernetesRest
{
    /// <summary>What REST needs besides the registries, the pod binder and evictor, the token requests, the authorizer, a TimeProvider and the ApiServerOptions.</summary>
    public static IServiceCollection AddKubernetesRest(this IServiceCollection services) => services
        .AddSingleton<ResourceRouter>()
        .AddSingleton<WatchVerb>()
        .AddSingleton<BindVerb>().AddSingleton<EvictVerb>().AddSingleton<TokenVerb>()
        .AddSingleton<ObjectPatching>().AddSingleton<PatchVerb>()
        .AddSingleton<KubeletChannels>().AddSingleton<NodeKubelets>().AddSingleton<IKubeletStats, KubeletStats>().AddSingleton<LogVerb>().AddSingleton<CommandVerb>().AddSingleton<PortForwardVerb>()
        .AddSingleton<VerbSet>()
        .AddSingleton<DiscoveryPages>()
        .AddSingleton<OpenApiDocuments>().AddSingleton<OpenApiPages>()
        .AddSingleton<AnswerWriter>()
        .AddSingleton<RestMetrics>()
        .AddSingleton<RestHandler>()
        .AddSingleton<RestEndpoint>();

    /// <summary>Answers every path that nothing else is mapped to; comes after authentication.</summary>
    public static WebApplication MapKubernetesRest(this WebApplication app)
    {
        var endpoint = app.Services.GetRequiredService<RestEndpoint>();
        app.UseWebSockets(new() { KeepAliveInterval = WebSocketUpgrade.KeepAlive });
        app.MapFallback("/{**path}", endpoint.HandleAsync);
        return app;
    }
}
