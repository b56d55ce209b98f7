using System.Collections.Concurrent;
using System.Net;
using MiniK8s.Kubelet.Runtime;
using MiniK8s.Kubelet.Simulation.Files;

namespace MiniK8s.Kubelet.Simulation.Network;

/// <summary>Either a connection or why there is none.</summary>
internal sealed record DialResult(Connection? Connection, NetworkError? Error);

/// <summary>
/// All addresses of this process: pods, nodes, and the outside hosts it pretends to know. What leaves the process goes to other kubelets only.
/// <code>
/// dialled                               | answer
/// --------------------------------------+--------------------------------------
/// an address here, somebody listens     | connected
/// an address here, nobody listens       | connection refused, at once
/// an outside host                       | connection refused, at once
/// a pod of another kubelet process      | the same, from there
/// an address of a pod range, no pod     | no route to host, after 3 s
/// anything else                         | silence, until the caller gives up
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

    /// <summary>Pods of other processes; without it there are none.</summary>
    public IFarAddresses Far { get; set; } = new NothingFar();

    public void Attach(NetworkNamespace address) => _namespaces[address.Ip] = address;

    public void Detach(NetworkNamespace address) => _namespaces.TryRemove(KeyValuePair.Create(address.Ip, address));

    public async ValueTask<bool> AnswersPingAsync(string ip, NetworkNamespace from, CancellationToken ct) =>
        Local(ip, from) is not null || outside.Knows(ip) || await Far.AnswersPingAsync(ip, ct);

    /// <summary>Whether a pod or a node of this process has the address.</summary>
    public bool IsHere(string ip) => _namespaces.ContainsKey(ip);

    /// <summary>Connects to a pod of this process, for a caller in another one.</summary>
    /// <param name="from">The caller's end, ADDRESS:PORT.</param>
    public FarDial DialHere(string from, string ip, int port) =>
        !_namespaces.TryGetValue(ip, out var target) ? default : new FarDial(IsThere: true, target.Find(port) is { } listener ? Connect(from, target, listener) : null);

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
        var here = $"{from?.Ip ?? "127.0.0.1"}:{NextPort()}";
        if (Local(ip, from) is { } target) return Answered(named, target.Find(targetPort) is { } listener ? Connect(here, target, listener) : null);
        if (outside.Knows(ip)) return Answered(named, null);
        if (await Far.DialAsync(here, ip, targetPort, ct) is { IsThere: true } far) return Answered(named, far.Connection);
        return await WaitInVainAsync(named, AddressPool.RangeOf(ip) is not null, timeout, ct);
    }

    public Listener? FindListener(string host, int port, NetworkNamespace? from) =>
        Resolve(host, from) is [var ip, ..] ? Local(ip, from)?.Find(port) : null;

    private NetworkNamespace? Local(string ip, NetworkNamespace? from) =>
        ip.StartsWith("127.", StringComparison.Ordinal) || ip is "0.0.0.0" or "::1" ? from : _namespaces.GetValueOrDefault(ip);

    private int NextPort() => 32768 + (Interlocked.Increment(ref _nextPort) & 0x6FFF);

    private static Connection Connect(string from, NetworkNamespace target, Listener listener)
    {
        var (client, server) = Connection.Create(from, $"{target.Ip}:{listener.Port}");
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

    private static DialResult Answered(string named, Connection? connection) =>
        connection is not null ? new DialResult(connection, null) : Failed(NetworkErrorKind.ConnectionRefused, $"{named}: connect: connection refused");

    private static DialResult Failed(NetworkErrorKind kind, string message) => new(null, new NetworkError(kind, message));

    private sealed class NothingFar : IFarAddresses
    {
        public Task<FarDial> DialAsync(string from, string ip, int port, CancellationToken ct) => Task.FromResult(default(FarDial));

        public Task<bool> AnswersPingAsync(string ip, CancellationToken ct) => Task.FromResult(false);
    }

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
