using System.Net;
using System.Text;
using System.Text.Json.Nodes;

using Grpc.Core;

using Microsoft.Extensions.DependencyInjection;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Overload;
using MiniK8s.ApiServer.Tests.EndToEnd;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Tests.Overload;

/// <summary>A whole apiserver that has more to do than it will.</summary>
[Collection(AloneCollection.Name)]
public sealed class OverloadTests
{
    private const string Node = "O=system:nodes, CN=system:node:a";
    private const string Admin = "O=system:masters, CN=admin";
    private const string Pods = "/api/v1/pods";
    private const string Events = "/api/v1/namespaces/default/events";

    // Waits for a revision that does not come, and holds its place: see WaitingAsync.
    private const string Waits = $"{Pods}?resourceVersion={Never}";
    private const string Never = "999999999";

    [EveryStoreFact]
    public async Task Reads_BeyondTheLimit_AreToldToRetryAndAdministratorsAreNot()
    {
        await using var server = await WaitingAsync("--max-requests-inflight", "1");
        using var node = server.Rest(Node);
        using var admin = server.Rest(Admin);

        using var leave = new CancellationTokenSource();
        var waiting = node.GetAsync(Waits, leave.Token);
        await InFlightAsync(server, reads: 1);
        var refused = await node.GetAsync(Pods);
        var administrator = await admin.GetAsync(Pods);
        var watching = await node.GetAsync($"{Pods}?watch=1&timeoutSeconds=1");
        var writing = await node.PostAsync(Events, Event("e"));
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await InFlightAsync(server, reads: 0);
        var later = await node.GetAsync(Pods);

        var status = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Equal("Too many requests, please try again later.", (string?)status["message"]);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
        Assert.Equal(
            (HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.OK),
            (administrator.StatusCode, watching.StatusCode, writing.StatusCode, later.StatusCode));
    }

    [EveryStoreFact]
    public async Task Writes_BeyondTheLimit_AreToldToRetryWhileReadsGoOn()
    {
        await using var server = await GrpcApiServer.StartAsync("--max-mutating-requests-inflight", "1");
        using var node = server.Rest(Node);
        var body = new HeldBody(await Event("slow").ReadAsByteArrayAsync());

        var slow = node.PostAsync(Events, body);
        await body.Begun.OrMissing("the first byte of the slow body");
        await InFlightAsync(server, writes: 1);
        var refused = await node.PostAsync(Events, Event("e"));
        var read = await node.GetAsync(Pods);
        body.Release();
        var written = await slow;
        await InFlightAsync(server);
        var later = await node.PostAsync(Events, Event("later"));

        Assert.Equal((HttpStatusCode.TooManyRequests, "1"), (refused.StatusCode, refused.Headers.GetValues("Retry-After").Single()));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.Created, HttpStatusCode.Created), (read.StatusCode, written.StatusCode, later.StatusCode));
    }

    [EveryStoreFact]
    public async Task Calls_BeyondTheLimit_AreResourceExhaustedOverGrpc()
    {
        await using var server = await WaitingAsync("--max-requests-inflight", "1", "--max-long-running-requests-per-user", "2");
        var pods = server.Pods;

        using var leave = new CancellationTokenSource();
        var waiting = pods.ListAsync(new() { Options = new() { ResourceVersion = Never } }, cancellationToken: leave.Token).ResponseAsync;
        await InFlightAsync(server, reads: 1);
        var read = await Assert.ThrowsAsync<RpcException>(() => pods.ListAsync(new()).ResponseAsync);
        await leave.CancelAsync();
        await Assert.ThrowsAsync<RpcException>(() => waiting);
        using var first = pods.Watch(new());
        await first.ResponseHeadersAsync;
        using (var second = pods.Watch(new()))
        {
            await second.ResponseHeadersAsync;
            using var third = pods.Watch(new());
            var watch = await Assert.ThrowsAsync<RpcException>(() => third.ResponseStream.MoveNext(default));
            Assert.Equal(StatusCode.ResourceExhausted, watch.StatusCode);
        }
        using var afterwards = await UntilAsync(() => OpenAsync(pods), call => call is not null);

        Assert.Equal((StatusCode.ResourceExhausted, "Too many requests, please try again later."), (read.StatusCode, read.Status.Detail));
    }

    [EveryStoreFact]
    public async Task Request_ThatTakesTooLong_Is504()
    {
        await using var server = await WaitingAsync();
        using var admin = server.Rest(Admin);
        // Only now: on a busy machine what a server is started with takes longer.
        server.Service<ApiServerOptions>().RequestTimeout = TimeSpan.FromSeconds(1);

        var late = await admin.GetAsync(Waits);
        var watch = await admin.GetAsync($"{Pods}?watch=1&timeoutSeconds=2");

        var status = JsonNode.Parse(await late.Content.ReadAsStringAsync())!;
        Assert.Equal((504, "Timeout", "Timeout: request did not complete within the allotted timeout"),
            ((int)late.StatusCode, (string?)status["reason"], (string?)status["message"]));
        Assert.Equal(HttpStatusCode.OK, watch.StatusCode);
    }

    [EveryStoreFact]
    public async Task Watch_WhoseClientStopsReading_IsCutAndOthersGoOn()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var admin = server.Rest(Admin);
        var cache = server.Service<ResourceCaches>().Of(ApiKinds.Of<ConfigMap>());
        const string Watch = "/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=0";
        // The one that reads keeps the usual half minute: on a busy machine it is late, too.
        using var followed = server.ConfigMaps.Watch(new() { Namespace = "default" });
        await UntilAsync(() => Task.FromResult(cache.WatcherCount), count => count == 1);
        server.Service<ApiServerOptions>().SlowClientTimeout = TimeSpan.FromSeconds(1);
        using var stalled = new RawConnection(server.SecurePort);
        await stalled.SendAsync($"GET {Watch} HTTP/1.1\r\nHost: x\r\n\r\n", server.Certificate(Admin));
        await UntilAsync(() => Task.FromResult(cache.WatcherCount), count => count == 2);
        var big = new string('x', 500_000);

        // More than the socket's buffers hold, on both sides.
        for (var i = 0; i < 40; i++)
        {
            await server.ConfigMaps.CreateAsync(new() { Object = new() { Metadata = new() { Name = $"c{i:00}", Namespace = "default" }, Data = { ["k"] = big } } });
            Assert.True(await followed.ResponseStream.MoveNext(default).OrMissing("the event for the watcher that reads"));
        }

        await UntilAsync(() => Task.FromResult(cache.WatcherCount), count => count == 1);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync(Pods)).StatusCode);
    }

    // A server whose reads wait for a revision as long as their clients do: how long a busy machine takes for what comes meanwhile, nobody knows.
    private static Task<GrpcApiServer> WaitingAsync(params string[] flags) => GrpcApiServer.StartAsync(
        StoreUnderTest.Kind, services => services.AddSingleton(new WatchCacheOptions { FreshnessTimeout = TimeSpan.FromHours(1) }), flags);

    private static async Task<AsyncServerStreamingCall<Protocol.V1.PodWatchEvent>?> OpenAsync(Protocol.V1.Pods.PodsClient pods)
    {
        var watch = pods.Watch(new());
        try
        {
            await watch.ResponseHeadersAsync;
            return watch;
        }
        catch (RpcException)
        {
            watch.Dispose();
            return null;
        }
    }

    private static Task InFlightAsync(GrpcApiServer server, int reads = 0, int writes = 0) =>
        UntilAsync(() => Task.FromResult(server.Service<InFlightLimits>().InFlight), found => found == (reads, writes));

    // Asks again and again; what is awaited happens by itself, but nothing tells when.
    private static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> isMet)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);
        while (true)
        {
            var answer = await ask();
            if (isMet(answer)) return answer;
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, patience.Token);
        }
    }

    private static StringContent Event(string name) => new(
        $$$"""{"metadata":{"name":"{{{name}}}"},"involvedObject":{"kind":"Pod","namespace":"default","name":"p"},"reason":"r","source":{"component":"c"}}""",
        Encoding.UTF8, "application/json");

    /// <summary>A body whose end waits for the test.</summary>
    private sealed class HeldBody(byte[] bytes) : HttpContent
    {
        private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Begun => _begun.Task;

        public void Release() => _released.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(bytes.AsMemory(0, 1));
            await stream.FlushAsync();
            _begun.TrySetResult();
            await _released.Task;
            await stream.WriteAsync(bytes.AsMemory(1));
        }

        protected override bool TryComputeLength(out long length)
        {
            length = bytes.Length;
            return true;
        }
    }
}
