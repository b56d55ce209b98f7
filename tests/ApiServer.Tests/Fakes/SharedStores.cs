using Google.Protobuf;

using MiniK8s.ApiServer.Storage;
using MiniK8s.Protocol.Etcd;

namespace MiniK8s.ApiServer.Tests.Fakes;

/// <summary>One server of each store for all tests of the registries, which therefore run one after the other, each on an empty key space.</summary>
/// <remarks>
/// Why real stores and no fake: whatever the registries rely on (revisions, conditional writes, what a watch or a compacted read says)
/// must hold for our store and for etcd, and a fake would only say what its author believed. What no server does on request, to vanish
/// or to be written to at the worst moment, <see cref="StoreWithFaults"/> adds in front of either. A test costs a few milliseconds more than
/// it did in memory, since the servers start once; an empty key space is cheaper than a prefix for each test, which every key would have to bear.
/// </remarks>
public sealed class SharedStores : IAsyncLifetime
{
    /// <summary>The collection of the tests that use them.</summary>
    public const string Collection = "store";

    private static SharedStores? _current;

    private readonly Dictionary<StoreKind, (StoreServer Server, EtcdEndpoints Endpoints)> _running = [];

    /// <summary>The store of the running test, with not one key in it.</summary>
    internal static async Task<StoreWithFaults> EmptyAsync()
    {
        var stores = _current ?? throw new InvalidOperationException($"Tests on a store belong to the collection \"{Collection}\".");
        var endpoints = await stores.StartedAsync(StoreUnderTest.Kind);
        var everything = new DeleteRangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) };
        var emptied = await new KV.KVClient(endpoints.Current).DeleteRangeAsync(everything);
        return new StoreWithFaults(new EtcdKeyValueStore(endpoints, new EtcdOptions(), TimeProvider.System), emptied.Header.Revision);
    }

    public Task InitializeAsync()
    {
        _current = this;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _current = null;
        foreach (var (server, endpoints) in _running.Values)
        {
            endpoints.Dispose();
            await server.DisposeAsync();
        }
    }

    // Not before a test needs it: etcd may not be on this machine.
    private async Task<EtcdEndpoints> StartedAsync(StoreKind kind)
    {
        if (!_running.TryGetValue(kind, out var running))
        {
            var server = await StoreServer.StartAsync(kind);
            running = _running[kind] = (server, new EtcdEndpoints([server.Endpoint]));
        }
        return running.Endpoints;
    }
}

[CollectionDefinition(SharedStores.Collection)]
public sealed class StoreCollection : ICollectionFixture<SharedStores>;
