using System.Security.Cryptography.X509Certificates;

using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

using MiniK8s.Client;
using MiniK8s.Hosting;
using MiniK8s.Hosting.Waking;
using MiniK8s.Kubelet.Api;
using MiniK8s.Kubelet.Logs;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.NodeLinks;
using MiniK8s.Kubelet.Services;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet;

/// <summary>The kubelet's rooms, and how its port is spoken to.</summary>
internal static class KubeletServiceCollectionExtensions
{
    private const string ForApiServer = "for the apiserver";
    private const string ForNodes = "for other nodes";
    private const string CommonName = "2.5.4.3";

    /// <summary>Adds the nodes and what they stand on.</summary>
    public static IServiceCollection AddKubelet(this IServiceCollection services, KubeletOptions options) => services
        .AddSingleton<TimeProvider>(new CoalescingTimeProvider(TimeProvider.System))      // tens of thousands of loops that wait a minute each
        .AddApiClient(options.Kubeconfig, "kubelet")
        .AddSingleton<ClusterServices>()
        .AddSingleton<IClusterNames>(provider => provider.GetRequiredService<ClusterServices>())
        .AddSingleton<SimulatedRuntimes>()
        .AddSingleton<INodeRuntimes>(provider => provider.GetRequiredService<SimulatedRuntimes>())
        .AddNodeLinks()
        .AddSingleton<NodeHost>()
        .AddHostedService(provider => provider.GetRequiredService<NodeHost>())
        .AddSingleton<LogReader>();

    /// <summary>
    /// One port for everything. With TLS a caller may show a certificate of the client authority: the apiserver's opens the kubelet API, a node's
    /// the way to pods; anyone else gets health and metrics only. A stream takes 128 KiB before its caller must wait, and a connection 16 MiB, so that
    /// a command that does not read its input holds up no other call.
    /// </summary>
    public static WebApplicationBuilder ListenKubelet(this WebApplicationBuilder builder, KubeletOptions options) => options.HasTls
        ? builder.ListenTls(KubeletOptions.PortName, options.Port, tls =>
        {
            tls.ServerCertificate = X509Certificate2.CreateFromPemFile(options.TlsCertFile!, options.TlsPrivateKeyFile);
            tls.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            var authority = NodeCertificates.LoadAuthority(options.ClientCaFile);
            tls.ClientCertificateValidation = (certificate, _, _) => NodeCertificates.IsFrom(authority, certificate);
        }).WithWideConnections()
        : builder.Listen(KubeletOptions.PortName, options.Port, listen => listen.Protocols = HttpProtocols.Http2).WithWideConnections();

    /// <summary>Maps the kubelet API, for callers that have shown who they are.</summary>
    public static void MapKubelet(this WebApplication app, KubeletOptions options)
    {
        app.MapGrpcService<KubeletService>().WithMetadata(ForApiServer);
        app.MapGrpcService<NodeLinkService>().WithMetadata(ForNodes);
        if (!options.HasTls) return;
        app.Use(async (context, next) =>
        {
            var caller = context.Connection.ClientCertificate;
            if (context.GetEndpoint()?.Metadata is not { } metadata || MayCall(metadata, caller, options)) await next(context);
            else context.Response.StatusCode = caller is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        });
    }

    private static bool MayCall(EndpointMetadataCollection metadata, X509Certificate2? caller, KubeletOptions options) =>
        metadata.Contains(ForApiServer) ? caller is not null && MayCall(caller, options.AllowedClientNames)
        : !metadata.Contains(ForNodes) || (caller is not null && NodeCertificates.IsNodes(caller));

    private static IServiceCollection AddNodeLinks(this IServiceCollection services) => services
        .AddSingleton<NodeRoutes>()
        .AddSingleton<NodeChannels>()
        .AddSingleton<IFarAddresses, FarAddresses>()
        .AddSingleton(provider => provider.GetRequiredService<SimulatedRuntimes>().Network);

    /// <summary>Whether one of the certificate's common names is allowed; who issued it has been checked in the handshake.</summary>
    internal static bool MayCall(X509Certificate2 certificate, IReadOnlyList<string> allowed) =>
        certificate.SubjectName.EnumerateRelativeDistinguishedNames()
            .Any(name => !name.HasMultipleElements && name.GetSingleElementType().Value == CommonName && allowed.Contains(name.GetSingleElementValue()));

    private static WebApplicationBuilder WithWideConnections(this WebApplicationBuilder builder)
    {
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.Http2.InitialStreamWindowSize = 128 << 10;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 16 << 20;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
        });
        return builder;
    }
}
