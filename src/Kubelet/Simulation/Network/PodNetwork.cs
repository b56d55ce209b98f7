using System.Text;
using MiniK8s.Kubelet.Runtime;

namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>The network from the node's side, for the kubelet.</summary>
internal sealed class PodNetwork(VirtualNetwork network, NetworkNamespace node) : IPodNetwork
{
    private const int MaxBody = 10 << 10;

    public async Task<HttpAnswer> HttpAsync(HttpCall call, TimeSpan timeout, CancellationToken ct)
    {
        var url = $"{call.Scheme.ToLowerInvariant()}://{call.Host}:{call.Port}{call.Path}";
        var verb = char.ToUpperInvariant(call.Method[0]) + call.Method[1..].ToLowerInvariant();
        using var limit = Limit(timeout, ct);
        try
        {
            var dialled = await network.DialAsync(node, call.Host, call.Port, TimeSpan.Zero, limit.Token);
            if (dialled.Connection is not { } connection)
                return Failed(dialled.Error! with { Message = $"{verb} \"{url}\": {dialled.Error.Message}" });
            await using (connection)
            {
                // Nobody in here speaks TLS: an HTTPS call gets what a TLS client makes of a plain answer.
                if (string.Equals(call.Scheme, "https", StringComparison.OrdinalIgnoreCase))
                    return Failed(new(NetworkErrorKind.Protocol, $"{verb} \"{url}\": http: server gave HTTP response to HTTPS client"));
                await HttpWire.WriteRequestAsync(connection, RequestOf(call), limit.Token);
                if (await HttpWire.ReadResponseAsync(connection, hasBody: call.Method != "HEAD", limit.Token) is not { } response)
                    return Failed(new(NetworkErrorKind.Protocol, $"{verb} \"{url}\": EOF"));
                return new HttpAnswer(response.Status, response.Headers, Encoding.UTF8.GetString(response.Body.AsSpan(0, int.Min(response.Body.Length, MaxBody))));
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Failed(new(NetworkErrorKind.Timeout, $"{verb} \"{url}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)"));
        }
        catch (IOException)
        {
            return Failed(new(NetworkErrorKind.Protocol, $"{verb} \"{url}\": EOF"));
        }
    }

    public async Task<NetworkError?> TcpConnectAsync(string host, int port, TimeSpan timeout, CancellationToken ct)
    {
        var dialled = await network.DialAsync(node, host, port, timeout, ct);
        dialled.Connection?.Dispose();
        return dialled.Error;
    }

    public async Task<GrpcHealthAnswer> GrpcHealthAsync(string host, int port, string service, TimeSpan timeout, CancellationToken ct)
    {
        var dialled = await network.DialAsync(node, host, port, timeout, ct);
        dialled.Connection?.Dispose();
        if (dialled.Error is { } error) return new GrpcHealthAnswer(GrpcHealthStatus.Unknown, error);
        return new GrpcHealthAnswer(network.FindListener(host, port, node)?.GrpcHealth?.Invoke(service) ?? GrpcHealthStatus.Unimplemented);
    }

    public async Task<PodConnection> DialAsync(string host, int port, CancellationToken ct)
    {
        var dialled = await network.DialAsync(node, host, port, TimeSpan.Zero, ct);
        return dialled.Connection ?? throw new IOException(dialled.Error!.Message);
    }

    private CancellationTokenSource Limit(TimeSpan timeout, CancellationToken ct)
    {
        if (timeout <= TimeSpan.Zero) return CancellationTokenSource.CreateLinkedTokenSource(ct);
        return new LinkedTimeout(timeout, network.Time, ct);
    }

    private static VirtualRequest RequestOf(HttpCall call)
    {
        var headers = call.Headers.ToList();
        if (HttpWire.Find(headers, "Host") is null) headers.Insert(0, new("Host", call.Port == 80 ? call.Host : $"{call.Host}:{call.Port}"));
        headers.Add(new("Connection", "close"));
        return new VirtualRequest(call.Method, call.Path.StartsWith('/') ? call.Path : "/" + call.Path, headers, []);
    }

    private static HttpAnswer Failed(NetworkError error) => new(0, [], "", error);

    // A source that is cancelled by its own time or by the caller.
    private sealed class LinkedTimeout : CancellationTokenSource
    {
        private readonly CancellationTokenRegistration _caller;

        public LinkedTimeout(TimeSpan timeout, TimeProvider time, CancellationToken ct) : base(timeout, time) => _caller = ct.Register(Cancel);

        protected override void Dispose(bool disposing)
        {
            _caller.Dispose();
            base.Dispose(disposing);
        }
    }
}
