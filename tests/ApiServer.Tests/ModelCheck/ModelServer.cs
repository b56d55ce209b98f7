using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

using Microsoft.Extensions.DependencyInjection;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Storage;
using MiniK8s.ApiServer.Tests.EndToEnd;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Tests.ModelCheck;

/// <summary>The apiserver under test, spoken to over REST. Its clock, and how far its cache lags behind the store, are the test's.</summary>
internal sealed class ModelServer : IAsyncDisposable
{
    /// <summary>Changes of a kind that the cache keeps: few, so that reads leave its memory and must be served by the store.</summary>
    public const int Remembered = 48;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(1);

    // Shorter than any limit of a question to the store, so that none begins and ends within one.
    private static readonly TimeSpan Hop = TimeSpan.FromMilliseconds(500);

    // What a server with a fault does not tell is not waited for as long as what a right one is about to.
    private static readonly TimeSpan FaultPatience = TimeSpan.FromSeconds(2);

    private readonly ManualTimeProvider _clock;
    private readonly GrpcApiServer _server;
    private readonly HttpClient _client;
    private readonly ResourceCaches _caches;
    private readonly StoreWithLag _store;
    private readonly WireFault _fault;

    private ModelServer(GrpcApiServer server, ManualTimeProvider clock, WireFault fault)
    {
        (_server, _clock, _fault) = (server, clock, fault);
        (_caches, _store) = (server.Service<ResourceCaches>(), (StoreWithLag)server.Service<IKeyValueStore>());
        _client = server.Rest("O=system:masters, CN=admin");
        (_client.DefaultRequestVersion, _client.DefaultVersionPolicy) = (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact);
    }

    /// <summary>The store's revision as the lag began.</summary>
    public long Start { get; private set; }

    /// <summary>With the namespaces "default" and "other"; from now on the cache learns only what it is let.</summary>
    public static async Task<ModelServer> StartAsync(StoreKind store, StoreFault storeFault = StoreFault.None, WireFault wireFault = WireFault.None)
    {
        // Certificates are judged by it, too.
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        var started = await GrpcApiServer.StartAsync(store, services => services
            .AddSingleton<TimeProvider>(clock)
            .AddSingleton(new WatchCacheOptions { HistorySize = Remembered })
            .AddSingleton<IKeyValueStore>(provider => new StoreWithLag(ActivatorUtilities.CreateInstance<EtcdKeyValueStore>(provider))),
            // While the clock is moved no client is slow, however long this machine takes to send a watch's event.
            "--etcd-compaction-interval", "0", "--request-timeout", "1.00:00:00", "--slow-client-timeout", "1.00:00:00");
        var server = new ModelServer(started, clock, wireFault);
        await server.SendAsync(HttpMethod.Post, "/api/v1/namespaces", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "other" } });
        await server.SendAsync(HttpMethod.Post, "/api/v1/namespaces/other/serviceaccounts", new JsonObject { ["metadata"] = new JsonObject { ["name"] = "default" } });
        server.Start = (await server.SendAsync(HttpMethod.Get, "/api/v1/configmaps?", null)).Version;
        server._store.ReleaseUpTo(server.Start);
        server._store.Fault = storeFault;
        return server;
    }

    /// <summary>One call; answered in one piece.</summary>
    public async Task<Answer> SendAsync(HttpMethod method, string target, JsonObject? body, string type = "application/json")
    {
        using var request = Request(method, target, body, type);
        using var answer = await _client.SendAsync(request);
        var node = JsonNode.Parse(await answer.Content.ReadAsByteArrayAsync())!.AsObject();
        return new Answer((int)answer.StatusCode, WireFaults.Answer(_fault, target, node));
    }

    /// <summary>Opens a watch: its events, one a line.</summary>
    public async Task<Follower> WatchAsync(string target)
    {
        using var request = Request(HttpMethod.Get, target, null, "");
        return new Follower(await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead), _fault == WireFault.None ? Patience.Limit : FaultPatience);
    }

    /// <summary>How many watches of a kind the cache serves.</summary>
    public int WatchesOf(Kind kind) => _caches.Of(kind == Kind.Pods ? ApiKinds.Of<Pod>() : ApiKinds.Of<ConfigMap>()).WatcherCount;

    /// <summary>Lets the cache learn everything up to a revision that the store has reached; it has, when this returns.</summary>
    public async Task ReleaseAsync(long revision)
    {
        _store.ReleaseUpTo(revision);
        await _caches.Progress.WaitAsync(revision, Timeout.InfiniteTimeSpan, default).OrMissing($"revision {revision} in the cache");
    }

    /// <summary>Makes the store forget what was before a revision.</summary>
    public Task CompactAsync(long revision) => _store.CompactAsync(revision, default).OrMissing($"the compaction at {revision}");

    /// <summary>Moves the clock on until a call that waits for the cache has given up.</summary>
    public async Task LetTimePassAsync(Task call)
    {
        var began = Stopwatch.GetTimestamp();
        while (!call.IsCompleted)
        {
            if (Stopwatch.GetElapsedTime(began) > Patience.Limit) throw new TimeoutException($"Missing after {Patience.Limit.TotalSeconds} s: the end of a call whose time is up, with {_store.CallsInFlight} calls of the store.");
            // What the store is asked has its own, longer limit, and is not what is to time out.
            if (_store.CallsInFlight == 0) _clock.Advance(Hop);
            await Task.WhenAny(call, Task.Delay(Poll));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _store.ReleaseUpTo(long.MaxValue);
        _client.Dispose();
        await _server.DisposeAsync();
    }

    private HttpRequestMessage Request(HttpMethod method, string target, JsonObject? body, string type)
    {
        var sent = WireFaults.Body(_fault, method, body);
        return new HttpRequestMessage(method, WireFaults.Target(_fault, method, target))
        {
            Content = sent is null ? null : new StringContent(sent.ToJsonString(), Encoding.UTF8, type),
        };
    }
}
