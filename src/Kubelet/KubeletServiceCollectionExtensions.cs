using System.Security.Cryptography.X509Certificates;

using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

using MiniK8s.Client;
using MiniK8s.Hosting;
using MiniK8s.Hosting.Waking;
using MiniK8s.Kubelet.Api;
using MiniK8s.Kubelet.Logs;
using MiniK8s.Kubelet.Node;
using MiniK8s.Kubelet.Services;
using MiniK8s.Kubelet.Simulation.Network;

namespace MiniK8s.Kubelet;

/// <summary>The kubelet's rooms, and how its port is spoken to.</summary>
internal static class KubeletServiceCollectionExtensions
{
    private const string TrustedCallers = "trusted callers";
    private const string CommonName = "2.5.4.3";

    /// <summary>Adds the nodes and what they stand on.</summary>
    public static IServiceCollection AddKubelet(this IServiceCollection services, KubeletOptions options) => services
        .AddSingleton<TimeProvider>(new CoalescingTimeProvider(TimeProvider.System))      // tens of thousands of loops that wait a minute each
        .AddApiClient(options.Kubeconfig, "kubelet")
        .AddSingleton<ClusterServices>()
        .AddSingleton<IClusterNames>(provider => provider.GetRequiredService<ClusterServices>())
        .AddSingleton<INodeRuntimes, SimulatedRuntimes>()
        .AddSingleton<NodeHost>()
        .AddHostedService(provider => provider.GetRequiredService<NodeHost>())
        .AddSingleton<LogReader>();

    /// <summary>
    /// One port for everything. With TLS a caller may show a certificate of the client authority; without one, or with another's than the
    /// apiserver's, it gets health and metrics only. A stream takes 128 KiB before its caller must wait, and a connection 16 MiB, so that
    /// a command that does not read its input holds up no other call.
    /// </summary>
    public static WebApplicationBuilder ListenKubelet(this WebApplicationBuilder builder, KubeletOptions options) => options.HasTls
        ? builder.ListenTls(KubeletOptions.PortName, options.Port, tls =>
        {
            tls.ServerCertificate = X509Certificate2.CreateFromPemFile(options.TlsCertFile!, options.TlsPrivateKeyFile);
            tls.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            var authority = LoadAuthority(options.ClientCaFile);
            tls.ClientCertificateValidation = (certificate, _, _) => IsFrom(authority, certificate);
        }).WithWideConnections()
        : builder.Listen(KubeletOptions.PortName, options.Port, listen => listen.Protocols = HttpProtocols.Http2).WithWideConnections();

    /// <summary>Maps the kubelet API, for callers that have shown who they are.</summary>
    public static void MapKubelet(this WebApplication app, KubeletOptions options)
    {
        app.MapGrpcService<KubeletService>().WithMetadata(TrustedCallers);
        if (!options.HasTls) return;
        app.Use(async (context, next) =>
        {
            var isGuarded = context.GetEndpoint()?.Metadata.Contains(TrustedCallers) ?? false;
            var caller = context.Connection.ClientCertificate;
            if (!isGuarded || (caller is not null && MayCall(caller, options.AllowedClientNames))) await next(context);
            else context.Response.StatusCode = caller is null ? StatusCodes.Status401Unauthorized : StatusCodes.Status403Forbidden;
        });
    }

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
