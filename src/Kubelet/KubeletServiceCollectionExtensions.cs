using System.Security.Cryptography.X509Certificates;

using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

using MiniK8s.Client;
using MiniK8s.Hosting;
using MiniK8s.Kubelet.Logs;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Services;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet;

/// <summary>The kubelet's rooms, and how its port is spoken to.</summary>
internal static class KubeletServiceCollectionExtensions
{
    private const string TrustedCallers = "trusted callers";

    /// <summary>Adds the nodes and what they stand on.</summary>
    public static IServiceCollection AddKubelet(this IServiceCollection services, KubeletOptions options) => services
        .AddApiClient(options.Kubeconfig, "kubelet")
        .AddSingleton<ClusterServices>()
        .AddSingleton<IClusterNames>(provider => provider.GetRequiredService<ClusterServices>())
        .AddSingleton<INodeRuntimes, SimulatedRuntimes>()
        .AddSingleton<NodeHost>()
        .AddHostedService(provider => provider.GetRequiredService<NodeHost>())
        .AddSingleton<LogReader>();

    /// <summary>
    /// One port for everything. With TLS a caller may show a certificate of the client authority; without one it gets health and metrics only.
    /// </summary>
    public static WebApplicationBuilder ListenKubelet(this WebApplicationBuilder builder, KubeletOptions options) => options.HasTls
        ? builder.ListenTls(KubeletOptions.PortName, options.Port, tls =>
        {
            tls.ServerCertificate = X509Certificate2.CreateFromPemFile(options.TlsCertFile!, options.TlsPrivateKeyFile);
            tls.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            var authority = LoadAuthority(options.ClientCaFile);
            tls.ClientCertificateValidation = (certificate, _, _) => IsFrom(authority, certificate);
        })
        : builder.Listen(KubeletOptions.PortName, options.Port, listen => listen.Protocols = HttpProtocols.Http2);

    /// <summary>Maps the kubelet API, for callers that have shown who they are.</summary>
    public static void MapKubelet(this WebApplication app, KubeletOptions options)
    {
        app.MapGrpcService<KubeletService>().WithMetadata(TrustedCallers);
        if (!options.HasTls) return;
        app.Use(async (context, next) =>
        {
            var isGuarded = context.GetEndpoint()?.Metadata.Contains(TrustedCallers) ?? false;
            if (!isGuarded || context.Connection.ClientCertificate is not null) await next(context);
            else context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        });
    }

    private static X509Certificate2Collection LoadAuthority(string? file)
    {
        var authority = new X509Certificate2Collection();
        if (file is not null) authority.ImportFromPemFile(file);
        return authority;
    }

    private static bool IsFrom(X509Certificate2Collection authority, X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authority);
        return authority.Count > 0 && chain.Build(certificate);
    }
}
