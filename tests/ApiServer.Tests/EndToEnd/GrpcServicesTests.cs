using Grpc.Core;

using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

using KubernetesStatus = MiniK8s.Protocol.Meta.V1.Status;

namespace MiniK8s.ApiServer.Tests.EndToEnd;

public sealed class GrpcServicesTests
{
    private static Pod Pod(string name) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Spec = new() { Containers = { new Container { Name = "c", Image = "nginx:1.25" } } },
    };

    [EveryStoreFact]
    public async Task Pods_OneLife_IsSeenWholeByAWatch()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var watch = server.Pods.Watch(new() { Namespace = "default" });
        await StandsAsync<Pod>(server);

        var created = await server.Pods.CreateAsync(new() { Object = Pod("web") });
        await server.Pods.BindAsync(new() { Namespace = "default", Binding = new() { Metadata = new() { Name = "web" }, Target = new() { Kind = "Node", Name = "n1" } } });
        var running = await server.Pods.GetAsync(new() { Namespace = "default", Name = "web" });
        running.Status.Phase = "Running";
        await server.Pods.UpdateStatusAsync(new() { Object = running });
        await server.Pods.PatchAsync(new()
        {
            Namespace = "default", Name = "web", Type = PatchType.StrategicMergePatch, Patch = """{"metadata":{"labels":{"a":"b"}}}""",
        });
        await server.Pods.DeleteAsync(new() { Namespace = "default", Name = "web" });
        await server.Pods.DeleteAsync(new() { Namespace = "default", Name = "web", Options = new() { GracePeriodSeconds = 0 } });

        var seen = new List<(WatchEventType Type, string Node, string Phase, string Label, bool Deleting)>();
        while (seen.Count == 0 || seen[^1].Type != WatchEventType.Deleted)
        {
            Assert.True(await watch.ResponseStream.MoveNext(default).OrMissing("the next event"));
            var pod = watch.ResponseStream.Current.Object;
            pod.Metadata.Labels.TryGetValue("a", out var label);
            seen.Add((watch.ResponseStream.Current.Type, pod.Spec.NodeName, pod.Status.Phase, label ?? "", pod.Metadata.DeletionTimestamp is not null));
        }
        Assert.Equal(
        [
            (WatchEventType.Added, "", "Pending", "", false),
            (WatchEventType.Modified, "n1", "Pending", "", false),
            (WatchEventType.Modified, "n1", "Running", "", false),
            (WatchEventType.Modified, "n1", "Running", "b", false),
            (WatchEventType.Modified, "n1", "Running", "b", true),
            (WatchEventType.Modified, "n1", "Running", "b", true),
            (WatchEventType.Deleted, "n1", "Running", "b", true),
        ], seen);
        Assert.Equal("Always", created.Spec.RestartPolicy);
    }

    [EveryStoreFact]
    public async Task Deployments_AreScaledThroughTheirService()
    {
        await using var server = await GrpcApiServer.StartAsync();
        await server.Deployments.CreateAsync(new() { Object = Fakes.Workloads.Deployment("web", replicas: 3) });

        var scale = await server.Deployments.GetScaleAsync(new() { Namespace = "default", Name = "web" });
        scale.Spec.Replicas = 5;
        var scaled = await server.Deployments.UpdateScaleAsync(new() { Scale = scale });
        var classes = await server.PriorityClasses.ListAsync(new());

        Assert.Equal(("app=web", 5), (scale.Status.Selector, scaled.Spec.Replicas));
        Assert.Equal(5, (await server.Deployments.GetAsync(new() { Namespace = "default", Name = "web" })).Spec.Replicas);
        Assert.Equal([("system-cluster-critical", 2000000000), ("system-node-critical", 2000001000)], classes.Items.Select(item => (item.Metadata.Name, item.Value)));
    }

    [EveryStoreFact]
    public async Task Patch_Apply_CreatesConflictsAndForcesAsRestDoes()
    {
        await using var server = await GrpcApiServer.StartAsync();
        const string wanted = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"1"}}""";
        PatchRequest Request(string manager, string patch, bool force = false) => new()
        {
            Namespace = "default", Name = "m", Type = PatchType.ApplyPatch, Patch = patch, Options = new() { FieldManager = manager, Force = force },
        };

        var created = await server.ConfigMaps.PatchAsync(Request("a", wanted));
        var conflict = await RefusalAsync(() => server.ConfigMaps.PatchAsync(Request("b", wanted.Replace("1\"}}", "2\"}}", StringComparison.Ordinal))).ResponseAsync);
        var forced = await server.ConfigMaps.PatchAsync(Request("b", wanted.Replace("1\"}}", "2\"}}", StringComparison.Ordinal), force: true));
        var nameless = await RefusalAsync(() => server.ConfigMaps.PatchAsync(Request("", wanted)).ResponseAsync);

        Assert.Equal(("a", "Apply"), (Assert.Single(created.Metadata.ManagedFields).Manager, created.Metadata.ManagedFields[0].Operation));
        Assert.Equal((StatusCode.Aborted, 409, "Apply failed with 1 conflict: conflict with \"a\": .data.a"), conflict);
        Assert.Equal("2", forced.Data["a"]);
        Assert.Equal((StatusCode.InvalidArgument, 422, "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"), nameless);
    }

    [EveryStoreFact]
    public async Task Refusals_CarryTheKubernetesStatusInATrailer()
    {
        await using var server = await GrpcApiServer.StartAsync();

        var missing = await RefusalAsync(() => server.Pods.GetAsync(new() { Namespace = "default", Name = "ghost" }).ResponseAsync);
        var invalid = await RefusalAsync(() => server.Pods.CreateAsync(new() { Namespace = "default", Object = new() { Metadata = new() { Name = "My_Pod" } } }).ResponseAsync);
        var empty = await RefusalAsync(() => server.Pods.CreateAsync(new() { Namespace = "default" }).ResponseAsync);
        using var watch = server.ConfigMaps.Watch(new() { Options = new() { FieldSelector = "data.x=1" } });
        var unknown = await RefusalAsync(() => watch.ResponseStream.MoveNext(default));
        // A way around what a user may do to pods: exec is a subresource, but not one that can be patched.
        var exec = await RefusalAsync(() => server.Pods.PatchAsync(new() { Namespace = "default", Name = "web", Subresource = "exec", Type = PatchType.MergePatch, Patch = "{}" }).ResponseAsync);

        Assert.Equal((StatusCode.NotFound, 404, "pods \"ghost\" not found"), missing);
        Assert.Equal((StatusCode.InvalidArgument, 422), (invalid.Rpc, invalid.Code));
        Assert.StartsWith("Pod \"My_Pod\" is invalid: [metadata.name: Invalid value: \"My_Pod\": a lowercase RFC 1123 subdomain", invalid.Message);
        Assert.Equal((StatusCode.InvalidArgument, 400), (empty.Rpc, empty.Code));
        Assert.Equal((StatusCode.InvalidArgument, 400, "field label not supported: data.x"), unknown);
        Assert.Equal((StatusCode.NotFound, 404, "the server could not find the requested resource"), exec);
    }

    [EveryStoreFact]
    public async Task BodyAboveTheLimit_IsRefusedAndTheServerGoesOn()
    {
        await using var server = await GrpcApiServer.StartAsync();
        var big = new ConfigMap { Metadata = new() { Name = "big", Namespace = "default" }, Data = { ["a"] = new string('x', 4 << 20) } };

        var refusal = await Assert.ThrowsAsync<RpcException>(() => server.ConfigMaps.CreateAsync(new() { Object = big }).ResponseAsync);
        var list = await server.ConfigMaps.ListAsync(new() { Namespace = "default" });

        Assert.Equal(StatusCode.ResourceExhausted, refusal.StatusCode);
        Assert.Empty(list.Items);
    }

    [EveryStoreFact]
    public async Task StoreIsKilledAndReturns_WritesAreRefusedThenGoOnAndWatchesMissNothing()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var watch = server.ConfigMaps.Watch(new() { Namespace = "default" });
        await StandsAsync<ConfigMap>(server);
        await CreateAsync(server, "before");

        await server.Store.KillAsync();
        var refusal = await RefusalAsync(() => CreateAsync(server, "during"));
        await server.NotReadyAsync();
        await server.Store.StartAsync();
        await server.ReadyAsync();
        await CreateAsync(server, "after");

        var names = new List<string>();
        while (names.Count < 2 && await watch.ResponseStream.MoveNext(default).OrMissing("the next event")) names.Add(watch.ResponseStream.Current.Object.Metadata.Name);
        Assert.Equal((StatusCode.Unavailable, 503), (refusal.Rpc, refusal.Code));
        Assert.Equal(["before", "after"], names);
    }

    // The headers come first: what is written after them may still be what the watch begins with.
    private static Task StandsAsync<T>(GrpcApiServer server) where T : Protocol.IApiObject =>
        Patience.UntilAsync(() => server.Service<ResourceCaches>().Of(ApiKinds.Of<T>()).WatcherCount == 1, "the watch in the cache");

    private static async Task CreateAsync(GrpcApiServer server, string name) =>
        await server.ConfigMaps.CreateAsync(new() { Object = new() { Metadata = new() { Name = name, Namespace = "default" } } });

    private static async Task<(StatusCode Rpc, int Code, string Message)> RefusalAsync(Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(call);
        var status = KubernetesStatus.Parser.ParseFrom(refusal.Trailers.GetValueBytes("minik8s-status-bin"));
        return (refusal.StatusCode, status.Code, status.Message);
    }
}
