using System.Collections.Concurrent;

using Grpc.Net.Client;

using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Rest.Kubelets;

/// <summary>Connections to kubelets, one per address, opened at the first question and kept.</summary>
/// <remarks>Over TLS, unless there is no certificate to show them.</remarks>
internal sealed class KubeletChannels(ApiServerOptions options) : IDisposable
{
    private readonly ConcurrentDictionary<string, GrpcChannel> _channels = new();
    private readonly Lazy<SocketsHttpHandler> _handler = new(() => Handler(options));

    /// <summary>The kubelet's API at an address, <c>host:port</c>.</summary>
    public Kubelet.KubeletClient At(string address) => new(_channels.GetOrAdd(address, Open));

    public void Dispose()
    {
        foreach (var channel in _channels.Values) channel.Dispose();
        if (_handler.IsValueCreated) _handler.Value.Dispose();
    }

    private static bool UsesTls(ApiServerOptions options) => options.KubeletClientCertificate is not null;

    private GrpcChannel Open(string address) => GrpcChannel.ForAddress(
        $"{(UsesTls(options) ? "https" : "http")}://{address}", new() { HttpHandler = _handler.Value, DisposeHttpClient = false });

    private static SocketsHttpHandler Handler(ApiServerOptions options)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            EnableMultipleHttp2Connections = true,
        };
        if (UsesTls(options)) handler.SslOptions = KubeletTrust.Options(options);
        return handler;
    }
}
