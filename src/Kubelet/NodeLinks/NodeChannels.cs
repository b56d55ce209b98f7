using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;

using Grpc.Net.Client;

using MiniK8s.Protocol.V1;

namespace MiniK8s.Kubelet.NodeLinks;

/// <summary>Connections to other kubelets, one per address, opened at the first call and kept. Over TLS, unless this kubelet itself speaks without.</summary>
internal sealed class NodeChannels(KubeletOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = new();
    private readonly Lazy<SocketsHttpHandler> _handler = new(() => Handler(options));

    /// <summary>The kubelet at an address, <c>host:port</c>.</summary>
    public NodeLink.NodeLinkClient At(string address) => new(_channels.GetOrAdd(address, Open));

    public void Dispose()
    {
        foreach (var channel in _channels.Values) channel.Dispose();
        if (_handler.IsValueCreated) _handler.Value.Dispose();
    }

    private GrpcChannel Open(string address) =>
        GrpcChannel.ForAddress($"{(options.HasTls ? "https" : "http")}://{address}", new() { HttpHandler = _handler.Value, DisposeHttpClient = false });

    private static SocketsHttpHandler Handler(KubeletOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(3),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            EnableMultipleHttp2Connections = true,
            UseProxy = false,
        };
        if (!options.HasTls) return handler;
        var authority = NodeCertificates.LoadAuthority(options.ClientCaFile);
        handler.SslOptions = new()
        {
            ClientCertificates = [Own(options)],
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is X509Certificate2 shown && NodeCertificates.IsFrom(authority, shown) && NodeCertificates.IsNodes(shown),
        };
        return handler;
    }

    private static X509Certificate2 Own(KubeletOptions options)
    {
        // Windows' TLS wants a key that is stored, which one read from PEM is not.
        using var pem = X509Certificate2.CreateFromPemFile(options.TlsCertFile!, options.TlsPrivateKeyFile);
        return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), password: null);
    }
}
