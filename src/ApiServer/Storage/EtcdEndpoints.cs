using Grpc.Core;
using Grpc.Net.Client;

namespace MiniK8s.ApiServer.Storage;

/// <summary>Connections to the members of a store: one is used until it cannot be reached, then the next.</summary>
internal sealed class EtcdEndpoints : IDisposable
{
    private readonly GrpcChannel[] _channels;
    private int _current;

    /// <summary>Connects lazily; the addresses are http or https URLs.</summary>
    public EtcdEndpoints(IReadOnlyList<string> addresses)
    {
        if (addresses.Count == 0) throw new ArgumentException("At least one store endpoint is needed.", nameof(addresses));
        Addresses = addresses;
        _channels = [.. addresses.Select(Open)];
    }

    /// <summary>Where the members are, as configured.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>The connection in use.</summary>
    public GrpcChannel Current => _channels[(uint)Volatile.Read(ref _current) % (uint)_channels.Length];

    /// <summary>Turns to the next member, unless somebody did already.</summary>
    public void MoveOn(ChannelBase failed)
    {
        var current = Volatile.Read(ref _current);
        if (_channels[(uint)current % (uint)_channels.Length] == failed) Interlocked.CompareExchange(ref _current, current + 1, current);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var channel in _channels) channel.Dispose();
    }

    private static GrpcChannel Open(string address) => GrpcChannel.ForAddress(address, new GrpcChannelOptions
    {
        // A page of the first list may be large; what may be stored is bounded where it is written.
        MaxReceiveMessageSize = 256 << 20,
        MaxSendMessageSize = 4 << 20,
        // The store is usually back within a second, and nobody is served meanwhile.
        InitialReconnectBackoff = TimeSpan.FromMilliseconds(100),
        MaxReconnectBackoff = TimeSpan.FromSeconds(1),
        HttpHandler = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            // etcd hangs up on clients that ping more often than every 5 s or without a call.
            KeepAlivePingDelay = TimeSpan.FromSeconds(10),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        },
    });
}
