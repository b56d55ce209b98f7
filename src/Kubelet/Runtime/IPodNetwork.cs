namespace MiniK8s.Kubelet.Runtime;

/// <summary>
/// The network as the kubelet's node sees it: for probes, HTTP hooks and port-forward. It answers from what processes listen on at that
/// moment.
/// </summary>
internal interface IPodNetwork
{
    /// <summary>One GET (or other method), one answer; redirects are the caller's business.</summary>
    Task<HttpAnswer> HttpAsync(HttpCall call, TimeSpan timeout, CancellationToken ct);

    /// <summary>
    /// Null when the connection came about, else the error, for example <c>dial tcp 10.244.1.5:8080: connect: connection refused</c>.
    /// </summary>
    Task<NetworkError?> TcpConnectAsync(string host, int port, TimeSpan timeout, CancellationToken ct);

    /// <summary>grpc.health.v1.Health/Check of <paramref name="service"/> (may be empty).</summary>
    Task<GrpcHealthAnswer> GrpcHealthAsync(string host, int port, string service, TimeSpan timeout, CancellationToken ct);

    /// <summary>A connection, for port-forward; throws <see cref="IOException"/> with the dial error's text.</summary>
    Task<PodConnection> DialAsync(string host, int port, CancellationToken ct);
}

/// <summary>An HTTP request. <see cref="Host"/> is an IP or a name.</summary>
internal sealed record HttpCall(string Scheme, string Host, int Port, string Path)
{
    public string Method { get; init; } = "GET";

    /// <summary>In order, repeated names allowed; a Host header here replaces the default one.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];
}

/// <summary>Either an answer, or <see cref="Error"/>. The body is cut at 10 KiB.</summary>
internal sealed record HttpAnswer(int StatusCode, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body, NetworkError? Error = null)
{
    public string? Header(string name) =>
        Headers.FirstOrDefault(h => string.Equals(h.Key, name, StringComparison.OrdinalIgnoreCase)).Value;
}

internal enum GrpcHealthStatus
{
    Unknown,
    Serving,
    NotServing,
    ServiceUnknown,

    /// <summary>Something answers there, but not the health protocol.</summary>
    Unimplemented,
}

/// <summary>Either a status, or <see cref="Error"/>.</summary>
internal sealed record GrpcHealthAnswer(GrpcHealthStatus Status, NetworkError? Error = null);

internal enum NetworkErrorKind
{
    ConnectionRefused,
    Timeout,
    UnknownHost,
    NoRoute,

    /// <summary>The other side closed or spoke something else.</summary>
    Protocol,
}

/// <summary>
/// Why a dial or call failed, worded as Go's net package words it: <c>dial tcp 10.0.0.5:80: connect: connection refused</c>.
/// </summary>
internal sealed record NetworkError(NetworkErrorKind Kind, string Message);
