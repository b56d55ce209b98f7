using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

using Grpc.Core;
using Grpc.Net.Client;

namespace MiniK8s.Client.Connection;

/// <summary>The one channel a process has to its apiserver: HTTP/2, over TLS unless the server's address is <c>http</c>.</summary>
/// <remarks>
/// Connects at the first call and again after every loss; a call made meanwhile fails with Unavailable and is the caller's to retry.
/// Keep-alive pings find a dead peer within 30 s, also under an idle watch.
/// </remarks>
public sealed class ApiServerConnection : IDisposable
{
    // A page of a list: 500 objects of at most 1.5 MiB would not fit, real ones do many times over.
    private const int MaxReceiveBytes = 256 << 20;
    private readonly GrpcChannel _channel;

    /// <summary>Opens nothing yet: the first call connects.</summary>
    /// <param name="component">The program's name, for the User-Agent: managedFields and the audit show it. Empty: only gRPC's own.</param>
    public ApiServerConnection(KubeConfig config, string component = "")
    {
        Address = config.Server;
        _channel = GrpcChannel.ForAddress(config.Server, new GrpcChannelOptions
        {
            HttpHandler = Named(Authenticated(Handler(config), config.Token), component),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MaxReceiveBytes,
        });
    }

    /// <summary>The apiserver's base address.</summary>
    public Uri Address { get; }

    /// <summary>What generated clients and <see cref="MiniK8s.Client.Resources.ApiClient"/> call through.</summary>
    public CallInvoker CreateCallInvoker() => _channel.CreateCallInvoker();

    /// <inheritdoc />
    public void Dispose() => _channel.Dispose();

    private static SocketsHttpHandler Handler(KubeConfig config) => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        EnableMultipleHttp2Connections = true,
        KeepAlivePingDelay = TimeSpan.FromSeconds(20),
        KeepAlivePingTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        UseProxy = false,
        SslOptions = Tls(config),
    };

    private static SslClientAuthenticationOptions Tls(KubeConfig config)
    {
        var options = new SslClientAuthenticationOptions();
        if (config.CertificateAuthorityPem is { } authority) options.CertificateChainPolicy = TrustOnly(authority);
        if (config is { ClientCertificatePem: { } certificate, ClientKeyPem: { } key })
            options.ClientCertificates = [ClientCertificate(certificate, key)];
        return options;
    }

    private static X509ChainPolicy TrustOnly(string authorityPem)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(authorityPem);
        return policy;
    }

    private static X509Certificate2 ClientCertificate(string certificatePem, string keyPem)
    {
        var certificate = X509Certificate2.CreateFromPem(certificatePem, keyPem);
        if (!OperatingSystem.IsWindows()) return certificate;

        // Windows' TLS does not take a key that lives in memory only.
        using (certificate) return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), password: null);
    }

    private static HttpMessageHandler Named(HttpMessageHandler handler, string component) =>
        component.Length == 0 ? handler : new UserAgentHandler(component) { InnerHandler = handler };

    private static HttpMessageHandler Authenticated(SocketsHttpHandler handler, string? token) =>
        token is null ? handler : new BearerTokenHandler(token) { InnerHandler = handler };
}
