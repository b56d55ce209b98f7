using System.Net;

using Microsoft.AspNetCore.Server.Kestrel.Https;

using MiniK8s.ApiServer.Audit;
using MiniK8s.ApiServer.Authentication;
using MiniK8s.ApiServer.Authorization;
using MiniK8s.ApiServer.Overload;
using MiniK8s.ApiServer.Rest;
using MiniK8s.ApiServer.Services;
using MiniK8s.Hosting;

namespace MiniK8s.ApiServer;

/// <summary>The apiserver as a whole: what Program and the tests that run it in their own process both use.</summary>
internal static class ApiServerBuilderExtensions
{
    private const int MaxRequestBytes = 3 << 20;
    private const int MaxStreamsPerConnection = 1000;
    private const int MaxHeaders = 100;
    private const int MaxHeaderBytes = 64 << 10;

    private static readonly TimeSpan HeaderTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Listens, and adds all rooms.</summary>
    public static WebApplicationBuilder AddApiServer(this WebApplicationBuilder builder)
    {
        var options = builder.BindOptions<ApiServerOptions>();
        builder.ListenTls(ApiServerPorts.Secure, options.SecurePort, tls =>
        {
            tls.ServerCertificate = ServerCertificate.Load(options, TimeProvider.System);
            tls.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
            // Who a certificate is, and whether it is any good, is the authentication middleware's business: it answers 401.
            tls.AllowAnyClientCertificate();
        });
        if (options.InsecureGrpcPort != 0)
        {
            builder.ListenGrpc(ApiServerPorts.InsecureGrpc, int.Max(options.InsecureGrpcPort, 0), IPAddress.Loopback);
        }
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes + 1024;
            kestrel.Limits.Http2.MaxStreamsPerConnection = MaxStreamsPerConnection;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            kestrel.Limits.RequestHeadersTimeout = HeaderTimeout;
        });
        builder.AddMiniK8sGrpc(grpc => grpc.MaxReceiveMessageSize = MaxRequestBytes);
        builder.Services.AddApiServer(options);
        return builder;
    }

    /// <summary>Audit around everything, then authentication, then health, gRPC and REST.</summary>
    public static WebApplication MapApiServer(this WebApplication app)
    {
        app.UseMiddleware<AuditMiddleware>();
        app.UseMiddleware<AmbiguousRequestMiddleware>();
        app.UseMiddleware<AuthenticationMiddleware>();
        app.UseMiddleware<ProcessPagesMiddleware>();
        app.MapMiniK8s([.. ServiceCatalogue.All.Select(entry => entry.Service)]);
        app.MapGrpcService<KindCalls>();
        app.MapGrpcService<AuditService>();
        app.MapKubernetesRest();
        return app;
    }
}
