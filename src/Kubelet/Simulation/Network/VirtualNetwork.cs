using System.Collections.Concurrent;
using System.Net;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>Either a connection or why there is none.</summary>
internal sealed record DialResult(Connection? Connection, NetworkError? Error);

/// <summary>
/// All addresses of this process: pods, nodes, and the outside hosts it pretends to know. Nothing leaves the process.
/// <code>
/// dialled                              | answer
/// -------------------------------------+--------------------------------------
/// an address here, somebody listens    | connected
/// an address here, nobody listens      | connection refused, at once
/// an address of a pod range, no pod    | no route to host, after 3 s
/// anything else                        | silence, until the caller gives up
/// </code>
/// </summary>
internal sealed class VirtualNetwork(OutsideWorld outside, TimeProvider time)
{
    private static readonly TimeSpan NoRouteAfter = TimeSpan.FromSeconds(3);
    private readonly ConcurrentDictionary<string, NetworkNamespace> _namespaces = new(StringComparer.Ordinal);
    private int _nextPort = 32768;

    public TimeProvider Time => time;

    /// <summary>Services and DNS; without one, only addresses work.</summary>
    public IClusterNames ClusterNames { get; set; } = new NoClusterNames();

    public void Attach(NetworkNamespace address) => _namespaces[address.Ip] = address;

    public void Detach(NetworkNamespace address) => _namespaces.TryRemove(KeyValuePair.Create(address.Ip, address));

    public bool AnswersPing(string ip, NetworkNamespace from) => Local(ip, from) is not null || outside.Knows(ip);

    /// <summary>The addresses of a name, as the resolver of <paramref name="from"/> finds them; an address is its own.</summary>
    public IReadOnlyList<string> Resolve(string name, NetworkNamespace? from)
    {
        if (IPAddress.TryParse(name, out _)) return [name];
        if (name == "localhost") return ["127.0.0.1"];
        var searched = from?.Searches ?? [];
        var absolute = name.EndsWith('.');
        var candidates = absolute ? [name.TrimEnd('.')] : searched.Select(s => $"{name}.{s}").Append(name);
        foreach (var candidate in candidates)
            if (ClusterNames.Resolve(candidate) is { Count: > 0 } found) return found;
        return outside.Resolve(name.TrimEnd('.'));
    }

    /// <summary>
    /// Connects by address or name. Cancelled when the caller gives up; <paramref name="timeout"/> zero: none of its own.
    /// </summary>
    public async Task<DialResult> DialAsync(NetworkNamespace? from, string host, int port, TimeSpan timeout, CancellationToken ct)
    {
        var addresses = Resolve(host, from);
        if (addresses.Count == 0)
            return Failed(NetworkErrorKind.UnknownHost, $"dial tcp: lookup {host}: no such host");
        var (ip, targetPort) = ClusterNames.Translate(addresses[0], port) is { } translated ? translated : (addresses[0], port);
        var named = $"dial tcp {addresses[0]}:{port}";
        if (Local(ip, from) is { } target)
        {
            return target.Find(targetPort) is { } listener
                ? new DialResult(Connect(from, target, listener), null)
                : Failed(NetworkErrorKind.ConnectionRefused, $"{named}: connect: connection refused");
        }
        if (outside.Knows(ip)) return Failed(NetworkErrorKind.ConnectionRefused, $"{named}: connect: connection refused");
        return await WaitInVainAsync(named, IsPodRange(ip), timeout, ct);
    }

    public Listener? FindListener(string host, int port, NetworkNamespace? from) =>
        Resolve(host, from) is [var ip, ..] ? Local(ip, from)?.Find(port) : null;

    private NetworkNamespace? Local(string ip, NetworkNamespace? from) =>
        ip.StartsWith("127.", StringComparison.Ordinal) || ip is "0.0.0.0" or "::1" ? from : _namespaces.GetValueOrDefault(ip);

    private Connection Connect(NetworkNamespace? from, NetworkNamespace target, Listener listener)
    {
        var port = 32768 + (Interlocked.Increment(ref _nextPort) & 0x6FFF);
        var (client, server) = Connection.Create($"{from?.Ip ?? "127.0.0.1"}:{port}", $"{target.Ip}:{listener.Port}");
        _ = ServeAsync(listener, server);       // ends with the connection or with the listener's process
        return client;
    }

    private static async Task ServeAsync(Listener listener, Connection connection)
    {
        await using (connection)
        {
            try
            {
                await listener.Serve(connection, listener.Owner.Killed);
            }
            catch (Exception ex) when (ex is IOException or OperationCanceledException or FileError)
            {
                // The other side has gone, or the process has: either way the connection is over, which closing it tells.
            }
        }
    }

    private async Task<DialResult> WaitInVainAsync(string named, bool isPodRange, TimeSpan timeout, CancellationToken ct)
    {
        var noRoute = isPodRange && (timeout <= TimeSpan.Zero || timeout > NoRouteAfter);
        await Task.Delay(noRoute ? NoRouteAfter : timeout <= TimeSpan.Zero ? Timeout.InfiniteTimeSpan : timeout, time, ct);
        return noRoute
            ? Failed(NetworkErrorKind.NoRoute, $"{named}: connect: no route to host")
            : Failed(NetworkErrorKind.Timeout, $"{named}: i/o timeout");
    }

    private static bool IsPodRange(string ip) =>
        ip.StartsWith("10.", StringComparison.Ordinal) && ip.Split('.') is [_, var second, ..] && int.Parse(second) >= 244;

    private static DialResult Failed(NetworkErrorKind kind, string message) => new(null, new NetworkError(kind, message));

    private sealed class NoClusterNames : IClusterNames
    {
        public IReadOnlyList<string> Resolve(string name) => [];

        public (string Ip, int Port)? Translate(string ip, int port) => null;
    }
}

/// <summary>The cluster's DNS and Services, when somebody supplies them.</summary>
internal interface IClusterNames
{
    /// <summary>Addresses of a full name such as <c>web.default.svc.cluster.local</c>; empty if it is none of the cluster's.</summary>
    IReadOnlyList<string> Resolve(string name);

    /// <summary>An endpoint behind a Service's address and port; null if it is no Service's.</summary>
    (string Ip, int Port)? Translate(string ip, int port);
}
