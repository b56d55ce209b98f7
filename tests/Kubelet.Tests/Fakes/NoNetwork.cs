using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Tests.Fakes;

/// <summary>A network that nobody should use.</summary>
internal sealed class NoNetwork : IPodNetwork
{
    public Task<HttpAnswer> HttpAsync(HttpCall call, TimeSpan timeout, CancellationToken ct) => throw new NotSupportedException();

    public Task<NetworkError?> TcpConnectAsync(string host, int port, TimeSpan timeout, CancellationToken ct) => throw new NotSupportedException();

    public Task<GrpcHealthAnswer> GrpcHealthAsync(string host, int port, string service, TimeSpan timeout, CancellationToken ct) => throw new NotSupportedException();

    public Task<PodConnection> DialAsync(string host, int port, CancellationToken ct) => throw new NotSupportedException();
}
