using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;

using MiniK8s.Api.Codecs;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Tests.EndToEnd;

/// <summary>Get, list and watch over REST and a real store, row by row of Kubernetes' rules about resourceVersion, paging and forms.</summary>
public sealed class ReadSemanticsTests
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string Protobuf = "application/vnd.kubernetes.protobuf";

    // As client-go's metadata client asks.
    private const string Metadata = $"{Protobuf};as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";
    private const string MetadataList = $"{Protobuf};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

    [EveryStoreFact]
    public async Task Get_EachResourceVersion_IsAnsweredAsFreshAsAsked()
    {
        await using var world = await World.StartAsync();
        var (first, second) = (await world.PutAsync("a", "1"), await world.PutAsync("a", "2"));

        // 0 takes what the cache has, so it comes after the read that makes the cache wait for the second write.
        foreach (var version in (string[])["", second, first, "0"])
        {
            var (_, found) = await world.GetAsync($"{ConfigMaps}/a?resourceVersion={version}");
            Assert.True((string?)found["data"]?["k"] == "2", $"resourceVersion={version}: {found}");
        }
        var future = await world.GetAsync($"{ConfigMaps}/a?resourceVersion={long.Parse(second) + 1000}");
        var nonsense = await world.GetAsync($"{ConfigMaps}/a?resourceVersion=soon");
        var absent = await world.GetAsync($"{ConfigMaps}/b?resourceVersion=0");

        Assert.Equal((504, "Timeout", "ResourceVersionTooLarge", 1), (future.Code, (string?)future.Body["reason"],
            (string?)future.Body["details"]!["causes"]![0]!["reason"], (int?)future.Body["details"]!["retryAfterSeconds"]));
        Assert.StartsWith($"Timeout: Too large resource version: {long.Parse(second) + 1000}, current: ", (string?)future.Body["message"]);
        Assert.Equal((400, true), (nonsense.Code, ((string?)nonsense.Body["message"])!.StartsWith("invalid resource version: ", StringComparison.Ordinal)));
        Assert.Equal((404, "configmaps \"b\" not found"), (absent.Code, (string?)absent.Body["message"]));
    }

    [EveryStoreFact]
    public async Task List_EachResourceVersion_ShowsTheStateItNames()
    {
        await using var world = await World.StartAsync();
        await world.PutAsync("a", "1");
        var past = await world.PutAsync("b", "1");
        await world.PutAsync("c", "1");
        var now = await world.DeleteAsync("a");

        foreach (var (query, names) in ((string, string)[])
        [
            ("", "b c"), ("resourceVersion=0", "b c"), ("resourceVersion=0&limit=1", "b c"), ("resourceVersion=0&resourceVersionMatch=NotOlderThan", "b c"),
            ($"resourceVersion={past}", "b c"), ($"resourceVersion={past}&resourceVersionMatch=NotOlderThan", "b c"),
            ($"resourceVersion={past}&resourceVersionMatch=NotOlderThan&limit=1", "b"),
            ($"resourceVersion={past}&resourceVersionMatch=Exact", "a b"), ($"resourceVersion={past}&limit=10", "a b"), ($"resourceVersion={past}&limit=1", "a"),
            ($"resourceVersion={past}&resourceVersionMatch=Exact&limit=1", "a"), ($"resourceVersion={now}&resourceVersionMatch=Exact", "b c"),
        ])
        {
            var (code, list) = await world.GetAsync($"{ConfigMaps}?{query}");
            Assert.True(code == 200 && names == Names(list), $"{query}: {code} {list.ToJsonString()}");
            if (query.Contains("Exact", StringComparison.Ordinal)) Assert.Contains($"resourceVersion={list["metadata"]!["resourceVersion"]}&", query + "&");
        }
        // The list's version is the store's, not that of its newest item.
        await world.CreateAsync("/api/v1/namespaces", """{"metadata":{"name":"elsewhere"}}""");
        var latest = await world.GetAsync(ConfigMaps);
        Assert.True(long.Parse((string)latest.Body["metadata"]!["resourceVersion"]!) > long.Parse(now));
    }

    [EveryStoreFact]
    public async Task List_Pages_ShowTheFirstPagesStateWhileOthersWrite()
    {
        await using var world = await World.StartAsync();
        for (var i = 0; i < 7; i++) await world.PutAsync($"c{i}", "1");

        var (_, page) = await world.GetAsync($"{ConfigMaps}?limit=3");
        var (version, names, remaining) = ((string)page["metadata"]!["resourceVersion"]!, Names(page), (int?)page["metadata"]!["remainingItemCount"]);
        for (var i = 0; page["metadata"]!["continue"] is { } token; i++)
        {
            await world.PutAsync($"d{i}", "1");
            await world.DeleteAsync($"c{i + 5}");
            (_, page) = await world.GetAsync($"{ConfigMaps}?limit=3&continue={token}");
            names += " " + Names(page);
            Assert.Equal(version, (string?)page["metadata"]!["resourceVersion"]);
        }

        Assert.Equal(("c0 c1 c2 c3 c4 c5 c6", 4), (names, remaining));
    }

    [EveryStoreFact]
    public async Task List_PagesInEveryForm_CarryTheTokenOfTheNext()
    {
        await using var world = await World.StartAsync();
        for (var i = 0; i < 3; i++) await world.PutAsync($"c{i}", "1");

        var table = JsonNode.Parse(await world.BytesAsync($"{ConfigMaps}?limit=2", Table))!;
        var rest = JsonNode.Parse(await world.BytesAsync($"{ConfigMaps}?limit=2&continue={table["metadata"]!["continue"]}", Table))!;
        var whole = (ConfigMapList)ProtobufCodec.Decode(await world.BytesAsync($"{ConfigMaps}?limit=2", Protobuf), ConfigMapList.Descriptor).Message;
        var partial = (PartialObjectMetadataList)ProtobufCodec.Decode(
            await world.BytesAsync($"{ConfigMaps}?limit=2", MetadataList), PartialObjectMetadataList.Descriptor).Message;
        var yaml = JsonNode.Parse(YamlCodec.ToJson(await world.BytesAsync($"{ConfigMaps}?limit=2", "application/yaml")))!;

        Assert.Equal((2, 1), (table["rows"]!.AsArray().Count, rest["rows"]!.AsArray().Count));
        Assert.Equal((1, "c0 c1"), ((int?)table["metadata"]!["remainingItemCount"], string.Join(' ', whole.Items.Select(item => item.Metadata.Name))));
        Assert.All((string[])[whole.Metadata.Continue, partial.Metadata.Continue, (string)yaml["metadata"]!["continue"]!], token => Assert.NotEmpty(token));
        Assert.Equal(["c0", "c1"], partial.Items.Select(item => item.Metadata.Name));
        Assert.Null(rest["metadata"]!["continue"]);
    }

    [EveryStoreFact]
    public async Task List_OptionsThatContradict_AreRefusedInKubernetesWords()
    {
        await using var world = await World.StartAsync();
        await world.PutAsync("a", "1");
        await world.PutAsync("b", "1");
        var token = (string)(await world.GetAsync($"{ConfigMaps}?limit=1")).Body["metadata"]!["continue"]!;

        foreach (var (query, code, message) in ((string, int, string)[])
        [
            ("resourceVersionMatch=Exact", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided"),
            ($"resourceVersion=5&resourceVersionMatch=Exact&continue={token}", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden when continue is provided"),
            ("resourceVersion=0&resourceVersionMatch=Exact", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""),
            ("resourceVersion=5&resourceVersionMatch=Newest", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Unsupported value: \"Newest\": supported values: \"Exact\", \"NotOlderThan\", \"\""),
            ("sendInitialEvents=true", 422, "ListOptions.meta.k8s.io \"\" is invalid: sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list"),
            ("watch=1&resourceVersion=5&resourceVersionMatch=NotOlderThan", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"),
            ("watch=1&sendInitialEvents=true", 422, "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"),
            ($"resourceVersion=5&continue={token}", 400, "specifying resource version is not allowed when using continue"),
            ("limit=many", 400, "strconv.ParseInt: parsing \"many\": invalid syntax"),
            ("fieldSelector=data.k%3D1", 400, "field label not supported: data.k"),
            ("fieldSelector=metadata.name", 400, "invalid selector: 'metadata.name'; can't understand 'metadata.name'"),
        ])
        {
            var answer = await world.GetAsync($"{ConfigMaps}?{query}");
            Assert.Equal((query, code, message), (query, answer.Code, (string?)answer.Body["message"]));
        }
        var same = await world.GetAsync($"{ConfigMaps}?limit=1&continue={token}&resourceVersion=0");
        Assert.Equal((200, "b"), (same.Code, Names(same.Body)));
    }

    [EveryStoreFact]
    public async Task Watch_EachBeginning_ShowsWhatItShould()
    {
        await using var world = await World.StartAsync();
        var first = await world.PutAsync("a", "1");
        await world.PutAsync("b", "1");
        await world.PutAsync("a", "2");
        await world.DeleteAsync("b");
        const string ForOneSecond = "watch=1&timeoutSeconds=1";

        foreach (var (query, events) in ((string, string)[])
        [
            (ForOneSecond, "ADDED a=2"), ($"{ForOneSecond}&resourceVersion=0", "ADDED a=2"),
            ($"{ForOneSecond}&resourceVersion={first}", "ADDED b=1, MODIFIED a=2, DELETED b=1"),
            ($"{ForOneSecond}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan", "ADDED a=2"),
            ($"{ForOneSecond}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true&resourceVersion={first}", "ADDED a=2, BOOKMARK end"),
            ($"{ForOneSecond}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan", ""),
            ($"{ForOneSecond}&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&resourceVersion={first}", "ADDED b=1, MODIFIED a=2, DELETED b=1"),
            ($"{ForOneSecond}&fieldSelector=metadata.name%3Db&resourceVersion={first}", "ADDED b=1, DELETED b=1"),
        ])
        {
            var text = Encoding.UTF8.GetString(await world.BytesAsync($"{ConfigMaps}?{query}", "application/json"));
            var seen = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).Select(Shown);
            Assert.Equal($"{query}: {events}", $"{query}: {string.Join(", ", seen)}");
        }
        var deleted = JsonNode.Parse(Encoding.UTF8.GetString(await world.BytesAsync(
            $"{ConfigMaps}?{ForOneSecond}&resourceVersion={first}&fieldSelector=metadata.name%3Db", "application/json")).Split('\n')[1])!["object"]!["metadata"]!;
        Assert.True(long.Parse((string)deleted["resourceVersion"]!) > long.Parse(first) + 1);

        static string Shown(JsonNode change) => (string?)change["type"] == "BOOKMARK"
            ? $"BOOKMARK {((string?)change["object"]!["metadata"]!["annotations"]?["k8s.io/initial-events-end"] == "true" ? "end" : "")}"
            : $"{change["type"]} {change["object"]!["metadata"]!["name"]}={change["object"]!["data"]!["k"]}";
    }

    [EveryStoreFact]
    public async Task Watch_EveryForm_IsWhatItsContentTypeSays()
    {
        await using var world = await World.StartAsync();
        await world.PutAsync("a", "1");
        // A read of the newest: the cache has it by then, and every watch begins with it.
        await world.GetAsync(ConfigMaps);
        const string Watch = $"{ConfigMaps}?watch=1&timeoutSeconds=1&resourceVersion=0";

        foreach (var (accept, type, kind) in ((string, string, string)[])
        [
            ("application/json", "application/json", "ConfigMap"), ("*/*", "application/json", "ConfigMap"),
            ("application/json;stream=watch", "application/json;stream=watch", "ConfigMap"),
            (Table, "application/json", "Table"),
            ("application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1", "application/json", "PartialObjectMetadata"),
        ])
        {
            var (content, body) = await world.AnswerAsync(Watch, accept);
            Assert.Equal((accept, type, "ADDED", kind), (accept, content, (string?)JsonNode.Parse(body)!["type"], (string?)JsonNode.Parse(body)!["object"]!["kind"]));
        }
        var (protobufType, frames) = await world.AnswerAsync(Watch, Metadata);
        var (refusedType, refusal) = await world.AnswerAsync(Watch, "application/yaml");

        var length = BinaryPrimitives.ReadInt32BigEndian(frames);
        var change = Protocol.Meta.V1.WatchEvent.Parser.ParseFrom(frames, 4, length);
        var seen = (PartialObjectMetadata)ProtobufCodec.Decode(change.Object.Raw.Memory, PartialObjectMetadata.Descriptor).Message;
        Assert.Equal((4 + length, $"{Protobuf};stream=watch", "ADDED", "a"), (frames.Length, protobufType, change.Type, seen.Metadata.Name));
        Assert.Equal(
            ("application/json", "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"),
            (refusedType, (string?)JsonNode.Parse(refusal)!["message"]));
    }

    [EveryStoreFact]
    public async Task Objects_EveryEncodingInAndOut_AreTheSame()
    {
        await using var world = await World.StartAsync();
        var sent = new ConfigMap { Metadata = new() { Labels = { ["l"] = "v" } }, Data = { ["k"] = "v" } };
        var encodings = Enum.GetValues<ApiEncoding>();

        foreach (var into in encodings)
        {
            foreach (var outOf in encodings)
            {
                sent.Metadata.Name = $"{into}-{outOf}".ToLowerInvariant();
                using var content = new ByteArrayContent(ApiCodec.Encode(sent, into));
                content.Headers.TryAddWithoutValidation("Content-Type", MediaTypes.Of(into));
                var (type, created) = await world.SendAsync(HttpMethod.Post, ConfigMaps, content, MediaTypes.Of(outOf));
                var (_, read) = await world.AnswerAsync($"{ConfigMaps}/{sent.Metadata.Name}", MediaTypes.Of(outOf));

                var stored = (ConfigMap)ApiCodec.Decode(created, outOf, ConfigMap.Descriptor).Message;
                Assert.Equal(MediaTypes.Of(outOf), type);
                Assert.Equal(("v", "v", sent.Metadata.Name), (stored.Data["k"], stored.Metadata.Labels["l"], stored.Metadata.Name));
                Assert.Equal(stored, ApiCodec.Decode(read, outOf, ConfigMap.Descriptor).Message);
            }
        }
    }

    [EveryStoreFact]
    public async Task MetadataClient_GetsMetadataAndNothingElse()
    {
        await using var world = await World.StartAsync();
        await world.PutAsync("a", "1");

        var (type, bytes) = await world.AnswerAsync($"{ConfigMaps}/a", Metadata);
        var one = ProtobufCodec.Decode(bytes, PartialObjectMetadata.Descriptor);
        var (_, json) = await world.AnswerAsync($"{ConfigMaps}/a", "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1");
        var (_, list) = await world.AnswerAsync(ConfigMaps, "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1");
        using var patch = new StringContent("""{"metadata":{"labels":{"a":"b"}}}""", Encoding.UTF8, "application/merge-patch+json");
        var (_, patched) = await world.SendAsync(HttpMethod.Patch, $"{ConfigMaps}/a", patch, Metadata);

        Assert.Equal((Protobuf, "PartialObjectMetadata", "meta.k8s.io/v1"), (type, one.TypeMeta.Kind, one.TypeMeta.ApiVersion));
        Assert.Equal("a", ((PartialObjectMetadata)one.Message).Metadata.Name);
        Assert.Null(JsonNode.Parse(json)!["data"]);
        Assert.Equal(
            ("PartialObjectMetadataList", "meta.k8s.io/v1", "a"),
            ((string?)JsonNode.Parse(list)!["kind"], (string?)JsonNode.Parse(list)!["apiVersion"], (string?)JsonNode.Parse(list)!["items"]![0]!["metadata"]!["name"]));
        Assert.Equal("b", ((PartialObjectMetadata)ProtobufCodec.Decode(patched, PartialObjectMetadata.Descriptor).Message).Metadata.Labels["a"]);
    }

    [EveryStoreFact]
    public async Task FieldSelectors_EveryFieldOfEveryKind_IsKnown()
    {
        await using var world = await World.StartAsync();

        foreach (var (path, fields) in ((string, string)[])
        [
            ("pods", "metadata.name metadata.namespace spec.nodeName spec.host spec.restartPolicy spec.schedulerName spec.serviceAccountName spec.hostNetwork status.phase status.podIP status.nominatedNodeName"),
            ("nodes", "metadata.name spec.unschedulable"),
            ("namespaces", "metadata.name status.phase"),
            ("secrets", "metadata.name metadata.namespace type"),
            ("services", "metadata.name metadata.namespace spec.clusterIP spec.type"),
            ("events", "metadata.name metadata.namespace involvedObject.kind involvedObject.namespace involvedObject.name involvedObject.uid involvedObject.apiVersion involvedObject.resourceVersion involvedObject.fieldPath reason reportingComponent source type"),
            ("configmaps", "metadata.name metadata.namespace"),
        ])
        {
            foreach (var field in fields.Split(' '))
            {
                var known = await world.GetAsync($"/api/v1/{path}?fieldSelector={field}%3Dnothing-has-this");
                Assert.True(known.Code == 200 && Names(known.Body).Length == 0, $"{path} {field}: {known.Code} {known.Body.ToJsonString()}");
            }
            var unknown = await world.GetAsync($"/api/v1/{path}?fieldSelector=spec.nothing!%3Dx");
            Assert.Equal((path, 400, "field label not supported: spec.nothing"), (path, unknown.Code, (string?)unknown.Body["message"]));
        }
        Assert.Equal(400, (await world.GetAsync("/api/v1/nodes?fieldSelector=metadata.namespace%3Dx")).Code);
    }

    [EveryStoreFact]
    public async Task FieldSelectors_Grammar_IsKubernetes()
    {
        await using var world = await World.StartAsync();
        foreach (var name in (string[])["a", "b", "c"]) await world.PutAsync(name, "1");

        foreach (var (selector, names) in ((string, string)[])
        [
            ("metadata.name=a", "a"), ("metadata.name==a", "a"), ("metadata.name!=a", "b c"), ("metadata.name!=a,metadata.name!=b", "c"),
            ("metadata.name=a,metadata.namespace=default", "a"), ("metadata.name=a,metadata.name=b", ""), ("metadata.name=", ""), (@"metadata.name=a\,b", ""), ("", "a b c"),
        ])
        {
            var (code, list) = await world.GetAsync($"{ConfigMaps}?fieldSelector={Uri.EscapeDataString(selector)}");
            Assert.Equal((selector, 200, names), (selector, code, Names(list)));
        }
    }

    private static string Names(JsonNode list) => string.Join(' ', list["items"]!.AsArray().Select(item => (string?)item!["metadata"]!["name"]));

    /// <summary>A server, and an administrator who speaks REST.</summary>
    private sealed class World(GrpcApiServer server, HttpClient client) : IAsyncDisposable
    {
        public static async Task<World> StartAsync()
        {
            var server = await GrpcApiServer.StartAsync();
            return new World(server, server.Rest("O=system:masters, CN=admin"));
        }

        /// <summary>Creates a ConfigMap with data.k, or changes it; gives the new resourceVersion.</summary>
        public async Task<string> PutAsync(string name, string value)
        {
            var body = $$$"""{"metadata":{"name":"{{{name}}}"},"data":{"k":"{{{value}}}"}}""";
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            var answer = await client.PutAsync($"{ConfigMaps}/{name}", content);
            if (answer.IsSuccessStatusCode) return Version(await answer.Content.ReadAsStringAsync());
            return Version(await CreateAsync(ConfigMaps, body));
        }

        public async Task<string> CreateAsync(string path, string body)
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            var answer = await client.PostAsync(path, content);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            return text;
        }

        /// <summary>Deletes a ConfigMap; gives the resourceVersion afterwards.</summary>
        public async Task<string> DeleteAsync(string name)
        {
            Assert.True((await client.DeleteAsync($"{ConfigMaps}/{name}")).IsSuccessStatusCode);
            return Version((await GetAsync(ConfigMaps)).Body.ToJsonString());
        }

        public async Task<(int Code, JsonNode Body)> GetAsync(string path)
        {
            var answer = await client.GetAsync(path);
            return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
        }

        public async Task<byte[]> BytesAsync(string path, string accept) => (await AnswerAsync(path, accept)).Body;

        public Task<(string Type, byte[] Body)> AnswerAsync(string path, string accept) => SendAsync(HttpMethod.Get, path, null, accept);

        public async Task<(string Type, byte[] Body)> SendAsync(HttpMethod method, string path, HttpContent? content, string accept)
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            request.Headers.TryAddWithoutValidation("Accept", accept);
            var answer = await client.SendAsync(request);
            return ((answer.Content.Headers.TryGetValues("Content-Type", out var types) ? types.Single() : "").Replace("; ", ";", StringComparison.Ordinal), await answer.Content.ReadAsByteArrayAsync());
        }

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            await server.DisposeAsync();
        }

        private static string Version(string json) => (string)JsonNode.Parse(json)!["metadata"]!["resourceVersion"]!;
    }
}
