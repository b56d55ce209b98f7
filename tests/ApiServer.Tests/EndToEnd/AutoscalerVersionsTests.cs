using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.ApiServer.Storage;
using MiniK8s.Protocol.V1;

using V1 = MiniK8s.Protocol.Autoscaling.V1;

namespace MiniK8s.ApiServer.Tests.EndToEnd;

/// <summary>The same HorizontalPodAutoscalers in both versions, over REST and gRPC, in front of a real store.</summary>
public sealed class AutoscalerVersionsTests
{
    private const string First = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers";
    private const string Second = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers";
    private const string Spec = """{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"minReplicas":2,"maxReplicas":5""";
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    [EveryStoreFact]
    public async Task Create_InTheFirstVersion_IsReadInBoth()
    {
        await using var world = await World.StartAsync();

        var created = await world.SendAsync(HttpMethod.Post, First, Manifest("web", Spec + ",\"targetCPUUtilizationPercentage\":50}"));

        Assert.Equal(("autoscaling/v1", "50"), (Text(created, "apiVersion"), Text(created, "spec/targetCPUUtilizationPercentage")));
        Assert.Equal("""{"currentReplicas":0,"desiredReplicas":0}""", created["status"]!.ToJsonString());
        var second = await world.SendAsync(HttpMethod.Get, $"{Second}/web");
        Assert.Equal(
            """[{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":50}}}]""", second["spec"]!["metrics"]!.ToJsonString());
        Assert.Equal("""{"desiredReplicas":0,"currentMetrics":null}""", second["status"]!.ToJsonString());
        Assert.Equal(Text(created, "metadata/uid"), Text(second, "metadata/uid"));
        Assert.Null(second["metadata"]!["generation"]);
        Assert.Equal(["/registry/horizontalpodautoscalers/default/web"], await world.KeysAsync("autoscal"));
        Assert.Equal("web|Deployment/web|cpu: <unknown>/50%|2|5|0", await world.RowAsync(First));
        Assert.Equal("web|Deployment/web|cpu: <unknown>/50%|2|5|0", await world.RowAsync(Second));
    }

    [EveryStoreFact]
    public async Task Change_InTheFirstVersion_KeepsWhatOnlyTheSecondCanSay()
    {
        await using var world = await World.StartAsync();
        const string memory = """{"type":"Resource","resource":{"name":"memory","target":{"type":"AverageValue","averageValue":"1Gi"}}}""";
        await world.SendAsync(HttpMethod.Post, Second, Manifest("web", Spec + $",\"metrics\":[{memory}]" + ",\"behavior\":{\"scaleDown\":{\"selectPolicy\":\"Disabled\"}}}"));

        await world.SendAsync(HttpMethod.Patch, $"{First}/web", """{"spec":{"maxReplicas":7,"targetCPUUtilizationPercentage":60}}""", "application/strategic-merge-patch+json");
        var first = await world.SendAsync(HttpMethod.Get, $"{First}/web");
        first["spec"]!["minReplicas"] = 3;
        await world.SendAsync(HttpMethod.Put, $"{First}/web", first.ToJsonString());
        await world.SendAsync(HttpMethod.Patch, $"{First}/web/status", """{"spec":{"maxReplicas":9},"status":{"currentReplicas":4,"currentCPUUtilizationPercentage":33}}""", "application/merge-patch+json");

        var second = await world.SendAsync(HttpMethod.Get, $"{Second}/web");
        Assert.Equal(("3", "7", "4", "Disabled"),
            (Text(second, "spec/minReplicas"), Text(second, "spec/maxReplicas"), Text(second, "status/currentReplicas"), Text(second, "spec/behavior/scaleDown/selectPolicy")));
        Assert.Equal(
            $$$$"""[{{{{memory}}}},{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":60}}}]""", second["spec"]!["metrics"]!.ToJsonString());
        Assert.Equal("""[{"type":"Resource","resource":{"name":"cpu","current":{"averageUtilization":33}}}]""", second["status"]!["currentMetrics"]!.ToJsonString());
        Assert.Null(second["metadata"]!["annotations"]);
    }

    [EveryStoreFact]
    public async Task Apply_InTheFirstVersion_OwnsWhatItSets()
    {
        await using var world = await World.StartAsync();
        string Configuration(int percent) => Manifest("web", Spec + $",\"targetCPUUtilizationPercentage\":{percent}}}", "\"apiVersion\":\"autoscaling/v1\",\"kind\":\"HorizontalPodAutoscaler\",");

        await world.SendAsync(HttpMethod.Patch, $"{First}/web?fieldManager=me", Configuration(50), "application/apply-patch+yaml");
        var again = await world.SendAsync(HttpMethod.Patch, $"{First}/web?fieldManager=me", Configuration(70), "application/apply-patch+yaml");
        var refusal = await world.SendAsync(HttpMethod.Patch, $"{First}/web?fieldManager=other", Configuration(90), "application/apply-patch+yaml");

        Assert.Equal(("autoscaling/v1", "70"), (Text(again, "apiVersion"), Text(again, "spec/targetCPUUtilizationPercentage")));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"me\": .spec.metrics", Text(refusal, "message"));
    }

    [EveryStoreFact]
    public async Task Apply_ByKubectlAfterItsClientSide_RemembersWhatWasSaid()
    {
        const string annotation = "kubectl.kubernetes.io/last-applied-configuration";
        const string configuration = """{"apiVersion":"autoscaling/v1","kind":"HorizontalPodAutoscaler","metadata":{"name":"web"},"spec":{"maxReplicas":6,"targetCPUUtilizationPercentage":50}}""";
        await using var world = await World.StartAsync();
        await world.SendAsync(HttpMethod.Post, First, $$$"""{"metadata":{"name":"web","annotations":{"{{{annotation}}}":"{}"}},"spec":{{{Spec}}}}}""");

        var applied = await world.SendAsync(HttpMethod.Patch, $"{First}/web?fieldManager=kubectl&force=true", configuration, "application/apply-patch+yaml");

        Assert.Equal(configuration + "\n", applied["metadata"]!["annotations"]![annotation]!.ToString());
    }

    [EveryStoreFact]
    public async Task Mistake_InTheFirstVersion_IsNamedInTheWordsOfTheSecond()
    {
        await using var world = await World.StartAsync();

        var refusal = await world.SendAsync(HttpMethod.Post, First, Manifest("web", Spec + ",\"targetCPUUtilizationPercentage\":0}"));

        Assert.Equal(
            "HorizontalPodAutoscaler.autoscaling \"web\" is invalid: spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0",
            Text(refusal, "message"));
    }

    [EveryStoreFact]
    public async Task WatchAndList_InTheFirstVersion_ShowThatVersion()
    {
        await using var world = await World.StartAsync();
        using var watch = await world.WatchAsync($"{First}?watch=1");

        await world.SendAsync(HttpMethod.Post, Second, Manifest("web", Spec + "}"));
        var line = JsonNode.Parse((await watch.ReadLineAsync().OrMissing("the first event"))!)!;
        var list = await world.SendAsync(HttpMethod.Get, $"{First}?fieldSelector=metadata.name%3Dweb");
        var protobuf = await world.BytesAsync($"{First}/web", "application/vnd.kubernetes.protobuf");
        var deleted = await world.SendAsync(HttpMethod.Delete, First);

        Assert.Equal(("ADDED", "autoscaling/v1", "80"), (Text(line, "type"), Text(line, "object/apiVersion"), Text(line, "object/spec/targetCPUUtilizationPercentage")));
        Assert.Equal(("autoscaling/v1", "HorizontalPodAutoscalerList", "80"),
            (Text(list, "apiVersion"), Text(list, "kind"), list["items"]![0]!["spec"]!["targetCPUUtilizationPercentage"]!.ToString()));
        var decoded = ApiCodec.Decode(protobuf, ApiEncoding.Protobuf, V1.HorizontalPodAutoscaler.Descriptor);
        Assert.Equal(("autoscaling/v1", 80), (decoded.TypeMeta.ApiVersion, ((V1.HorizontalPodAutoscaler)decoded.Message).Spec.TargetCpuUtilizationPercentage));
        Assert.Equal("autoscaling/v1", Text(deleted, "apiVersion"));
    }

    [EveryStoreFact]
    public async Task Service_OfTheStoredVersion_ServesTheSameObjects()
    {
        await using var world = await World.StartAsync();
        var service = world.Autoscalers;

        var created = await service.CreateAsync(new()
        {
            Object = new() { Metadata = new() { Name = "web", Namespace = "default" }, Spec = new() { ScaleTargetRef = new() { Kind = "Deployment", Name = "web" }, MaxReplicas = 2 } },
        });
        created.Status.DesiredReplicas = 2;
        await service.UpdateStatusAsync(new() { Object = created });

        Assert.Equal((1, "cpu"), (created.Spec.MinReplicas, created.Spec.Metrics[0].Resource.Name));
        Assert.Equal("2", Text(await world.SendAsync(HttpMethod.Get, $"{First}/web"), "status/desiredReplicas"));
    }

    private static string Manifest(string name, string spec, string type = "") => $$$"""{{{{type}}}"metadata":{"name":"{{{name}}}"},"spec":{{{spec}}}}""";

    private static string Text(JsonNode node, string path) => path.Split('/').Aggregate((JsonNode?)node, (at, step) => at?[step])?.ToString() ?? "";

    private sealed class World(GrpcApiServer server, HttpClient client) : IAsyncDisposable
    {
        public HorizontalPodAutoscalers.HorizontalPodAutoscalersClient Autoscalers => new(server.Channel);

        public static async Task<World> StartAsync()
        {
            var server = await GrpcApiServer.StartAsync();
            return new World(server, server.Rest("O=system:masters, CN=admin"));
        }

        public async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body = null, string type = "application/json")
        {
            using var request = new HttpRequestMessage(method, path);
            if (body is not null) request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
            var answer = await client.SendAsync(request);
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        }

        public async Task<byte[]> BytesAsync(string path, string accept)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            return await (await client.SendAsync(request)).Content.ReadAsByteArrayAsync();
        }

        /// <summary>The only row of a collection's table, without the age.</summary>
        public async Task<string> RowAsync(string path) =>
            string.Join('|', JsonNode.Parse(await BytesAsync(path, Table))!["rows"]![0]!["cells"]!.AsArray().Select(cell => cell!.ToString()).SkipLast(1));

        public async Task<StreamReader> WatchAsync(string path) =>
            new(await (await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead)).Content.ReadAsStreamAsync());

        /// <summary>The store's keys that contain a word.</summary>
        public async Task<IEnumerable<string>> KeysAsync(string word) =>
            (await server.Service<IKeyValueStore>().RangeAsync(new StoreRange("\0", "\0"), default)).Items
                .Select(item => item.Key.ToStringUtf8()).Where(key => key.Contains(word, StringComparison.Ordinal));

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            await server.DisposeAsync();
        }
    }
}
