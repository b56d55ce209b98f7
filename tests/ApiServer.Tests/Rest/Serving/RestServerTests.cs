using System.IO.Compression;
using System.Text;
using System.Text.Json;

using MiniK8s.Api.Codecs;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Tests.Rest.Serving;

public sealed class RestServerTests : IAsyncLifetime
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";
    private const string TableV1 = "application/json;as=Table;v=v1;g=meta.k8s.io";

    private RestServer _server = null!;

    public async Task InitializeAsync() => _server = await RestServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Create_Json_AnswersTheObjectWithItsKind()
    {
        var (code, body, _) = await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        var root = JsonDocument.Parse(body).RootElement;
        Assert.Equal(201, code);
        Assert.Equal("ConfigMap v1 default", $"{root.GetProperty("kind")} {root.GetProperty("apiVersion")} {root.GetProperty("metadata").GetProperty("namespace")}");
    }

    [Fact]
    public async Task Create_YamlBodyYamlAnswer_Works()
    {
        var (code, body, response) = await _server.SendAsync(
            "POST", ConfigMaps, "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  k: v\n", "application/yaml", "application/yaml");

        Assert.Equal((201, "application/yaml"), (code, response.Content.Headers.ContentType!.ToString()));
        Assert.Contains("data:\n  k: v\n", body);
    }

    [Fact]
    public async Task Create_ProtobufBodyProtobufAnswer_Works()
    {
        var sent = new ConfigMap { Metadata = new() { Name = "a" }, Data = { ["k"] = "v" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, ConfigMaps) { Content = new ByteArrayContent(ProtobufCodec.Encode(sent)) };
        request.Content.Headers.ContentType = new(MediaTypes.Protobuf);
        request.Headers.Accept.Add(new(MediaTypes.Protobuf));

        var response = await _server.Client.SendAsync(request);

        var answer = (ConfigMap)ProtobufCodec.Decode(await response.Content.ReadAsByteArrayAsync(), ConfigMap.Descriptor).Message;
        Assert.Equal(201, (int)response.StatusCode);
        Assert.Equal("v", answer.Data["k"]);
        Assert.NotEmpty(answer.Metadata.ResourceVersion);
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"a"},"oops":1}""", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"oops\"")]
    [InlineData("""{"kind":"Service","apiVersion":"v1"}""", "Service in version \"v1\" cannot be handled as a ConfigMap: converting (v1.Service) to (core.ConfigMap): unknown conversion")]
    public async Task Create_NotStrictlyAConfigMap_IsBadRequest(string body, string message)
    {
        var (code, answer, _) = await _server.SendAsync("POST", $"{ConfigMaps}?fieldValidation=Strict", body);

        var status = JsonCodec.Decode<Status>(Encoding.UTF8.GetBytes(answer));
        Assert.Equal((400, "BadRequest", message), (code, status.Reason, status.Message));
    }

    [Fact]
    public async Task Create_UnknownField_WarnsByDefault()
    {
        var (code, _, response) = await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"},"oops":1}""");

        Assert.Equal(201, code);
        Assert.Equal("299 - \"unknown field \\\"oops\\\"\"", response.Headers.GetValues("Warning").Single());
    }

    [Fact]
    public async Task Create_UnknownFieldAndRefused_StillWarns()
    {
        await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"}}""");

        var (code, _, response) = await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"},"oops":1}""");

        Assert.Equal(409, code);
        Assert.Equal("299 - \"unknown field \\\"oops\\\"\"", response.Headers.GetValues("Warning").Single());
    }

    [Theory]
    [InlineData("POST", ConfigMaps, "{", "application/json", 400)]
    [InlineData("POST", ConfigMaps, "", "application/json", 400)]
    [InlineData("POST", ConfigMaps, "{}", "text/csv", 415)]
    [InlineData("POST", ConfigMaps, "k8s", "application/vnd.kubernetes.protobuf", 400)]
    [InlineData("POST", $"{ConfigMaps}?dryRun=Some", "{}", "application/json", 422)]
    [InlineData("POST", $"{ConfigMaps}?fieldValidation=Maybe", "{}", "application/json", 422)]
    [InlineData("DELETE", $"{ConfigMaps}/a?propagationPolicy=Never", null, "", 422)]
    [InlineData("GET", $"{ConfigMaps}?limit=many", null, "", 400)]
    [InlineData("GET", $"{ConfigMaps}/none", null, "", 404)]
    [InlineData("PUT", $"{ConfigMaps}", "{}", "application/json", 405)]
    [InlineData("GET", $"{ConfigMaps}?includeObject=All", null, "", 422)]
    public async Task Refusals_AreStatusesInJson(string method, string path, string? body, string contentType, int expected)
    {
        var (code, answer, response) = await _server.SendAsync(method, path, body, contentType, "application/yaml, */*");

        var status = JsonCodec.Decode<Status>(Encoding.UTF8.GetBytes(answer));
        Assert.Equal((expected, expected, "Failure"), (code, status.Code, status.Status_));
        Assert.Equal("application/json", response.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api")]
    [InlineData("/api/v1")]
    [InlineData("/apis")]
    [InlineData("/apis/discovery.k8s.io")]
    [InlineData("/apis/discovery.k8s.io/v1")]
    [InlineData("/version")]
    [InlineData("/openapi/v2")]
    [InlineData("/openapi/v3")]
    [InlineData("/openapi/v3/api/v1")]
    public async Task Pages_AreJson(string path)
    {
        var (code, body, _) = await _server.SendAsync("GET", path);

        Assert.Equal(200, code);
        Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(body).RootElement.ValueKind);
    }

    [Theory]
    [InlineData("/nowhere")]
    [InlineData("/api/v2/pods")]
    [InlineData("/api/v1/unheard")]
    [InlineData("/api/v1/pods/p")]
    [InlineData("/api/v1/namespaces/n/nodes")]
    [InlineData("/api/v1/namespaces/n/pods/p/unheard")]
    [InlineData("/apis/unheard")]
    public async Task Get_UnknownPath_IsPlain404(string path)
    {
        var (code, body, response) = await _server.SendAsync("GET", path);

        Assert.Equal((404, "404 page not found\n", "text/plain; charset=utf-8"), (code, body, response.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task Create_MoreThanThreeMebibytes_IsTooLarge()
    {
        var (code, body, _) = await _server.SendAsync("POST", ConfigMaps, new string(' ', (3 * 1024 * 1024) + 1));

        Assert.Equal(413, code);
        Assert.Equal("Request entity too large: limit is 3145728", JsonCodec.Decode<Status>(Encoding.UTF8.GetBytes(body)).Message);
    }

    [Theory]
    [InlineData("application/json", '[', ']')]
    [InlineData("application/yaml", '[', ']')]
    public async Task Create_DeepNesting_IsRefusedAndNothingElse(string contentType, char open, char close)
    {
        var deep = $$"""{"metadata":{{new string(open, 100_000)}}{{new string(close, 100_000)}}}""";

        var (code, _, _) = await _server.SendAsync("POST", ConfigMaps, deep, contentType);

        Assert.Equal(400, code);
        Assert.Equal(200, (await _server.SendAsync("GET", ConfigMaps)).Code);
    }

    [Fact]
    public async Task List_Table_HasColumnsRowsAndMetadata()
    {
        await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        var (_, body, _) = await _server.SendAsync("GET", ConfigMaps, accept: TableV1);

        var table = JsonDocument.Parse(body).RootElement;
        var row = table.GetProperty("rows")[0];
        Assert.Equal("Table meta.k8s.io/v1 11", $"{table.GetProperty("kind")} {table.GetProperty("apiVersion")} {table.GetProperty("metadata").GetProperty("resourceVersion")}");
        Assert.Matches("""^\["a",1,"\d+s"\]$""", row.GetProperty("cells").GetRawText());
        Assert.Equal("PartialObjectMetadata", row.GetProperty("object").GetProperty("kind").GetString());
        Assert.Equal(3, table.GetProperty("columnDefinitions").GetArrayLength());
    }

    [Theory]
    [InlineData("None", "null")]
    [InlineData("Object", "ConfigMap")]
    [InlineData("Metadata", "PartialObjectMetadata")]
    public async Task List_TableWithIncludeObject_CarriesWhatIsAsked(string include, string expected)
    {
        await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"}}""");

        var (_, body, _) = await _server.SendAsync("GET", $"{ConfigMaps}?includeObject={include}", accept: TableV1);

        var obj = JsonDocument.Parse(body).RootElement.GetProperty("rows")[0].GetProperty("object");
        Assert.Equal(expected, obj.ValueKind == JsonValueKind.Null ? "null" : obj.GetProperty("kind").GetString());
    }

    [Fact]
    public async Task List_MetadataOnly_LeavesTheRestOut()
    {
        await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        var (_, body, _) = await _server.SendAsync("GET", ConfigMaps, accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io");

        Assert.Contains("\"kind\":\"PartialObjectMetadataList\",\"apiVersion\":\"meta.k8s.io/v1\"", body);
        Assert.DoesNotContain("\"data\"", body);
    }

    [Fact]
    public async Task List_LargeAndGzipAccepted_IsCompressed()
    {
        await _server.SendAsync("POST", ConfigMaps, $$$"""{"metadata":{"name":"a"},"data":{"k":"{{{new string('v', 200_000)}}}"}}""");
        using var request = new HttpRequestMessage(HttpMethod.Get, ConfigMaps);
        request.Headers.AcceptEncoding.Add(new("gzip"));

        var response = await _server.Client.SendAsync(request);

        Assert.Equal("gzip", response.Content.Headers.ContentEncoding.Single());
        Assert.Equal("Accept-Encoding", response.Headers.Vary.Single());
        using var plain = new StreamReader(new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
        Assert.Contains("ConfigMapList", await plain.ReadToEndAsync());
    }

    [Fact]
    public async Task List_Options_ReachTheRegistry()
    {
        await _server.SendAsync("GET", $"{ConfigMaps}?labelSelector=a%3Db&fieldSelector=metadata.name%3Dx&limit=5&continue=t&resourceVersion=7&resourceVersionMatch=Exact");

        var options = _server.Registries.Of<ConfigMap>().LastListOptions!;
        Assert.Equal(
            ("a=b", "metadata.name=x", 5L, "t", "7", "Exact"),
            (options.LabelSelector, options.FieldSelector, options.Limit, options.Continue, options.ResourceVersion, options.ResourceVersionMatch));
    }

    [Theory]
    [InlineData("application/merge-patch+json", "{\"data\":{\"k\":\"w\"}}", 200, "w")]
    [InlineData("application/json-patch+json", "[{\"op\":\"replace\",\"path\":\"/data/k\",\"value\":\"w\"}]", 200, "w")]
    [InlineData("application/strategic-merge-patch+json; charset=utf-8", "{\"data\":{\"k\":\"w\"}}", 200, "w")]
    [InlineData("application/json-patch+json", "[{\"op\":\"test\",\"path\":\"/data/k\",\"value\":\"x\"}]", 422, "v")]
    [InlineData("application/merge-patch+json", "[]", 400, "v")]
    [InlineData("application/apply-patch+yaml", "{}", 422, "v")]
    [InlineData("application/json", "{}", 415, "v")]
    public async Task Patch_EachKind_IsAppliedOrRefused(string contentType, string patch, int expected, string after)
    {
        await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"},"data":{"k":"v"}}""");

        var (code, _, _) = await _server.SendAsync("PATCH", $"{ConfigMaps}/a", patch, contentType);

        var (_, body, _) = await _server.SendAsync("GET", $"{ConfigMaps}/a");
        Assert.Equal((expected, after), (code, JsonDocument.Parse(body).RootElement.GetProperty("data").GetProperty("k").GetString()));
    }

    [Theory]
    [InlineData("Strict", 422, 0)]
    [InlineData("Warn", 200, 1)]
    [InlineData("", 200, 1)]
    [InlineData("Ignore", 200, 0)]
    public async Task Patch_UnknownField_FollowsFieldValidation(string validation, int expected, int warnings)
    {
        await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"}}""");

        var (code, _, response) = await _server.SendAsync(
            "PATCH", $"{ConfigMaps}/a?fieldValidation={validation}", """{"oops":1}""", "application/merge-patch+json");

        Assert.Equal((expected, warnings), (code, response.Headers.TryGetValues("Warning", out var texts) ? texts.Count() : 0));
    }

    [Fact]
    public async Task OpenApi_DocumentUnderItsHash_MayBeKeptForEver()
    {
        var (_, root, _) = await _server.SendAsync("GET", "/openapi/v3");
        var url = JsonDocument.Parse(root).RootElement.GetProperty("paths").GetProperty("api/v1").GetProperty("serverRelativeURL").GetString()!;

        var (code, _, response) = await _server.SendAsync("GET", url);
        var (stale, _, _) = await _server.SendAsync("GET", "/openapi/v3/api/v1?hash=old");

        Assert.Equal((200, "public, immutable"), (code, string.Join(", ", response.Headers.GetValues("Cache-Control"))));
        Assert.NotNull(response.Headers.ETag);
        Assert.Equal(200, stale);       // led to the current one
    }

    [Fact]
    public async Task OpenApi_Version2_IsTheProtobufKubectlReads()
    {
        var (code, _, response) = await _server.SendAsync("GET", "/openapi/v2", accept: "application/com.github.proto-openapi.spec.v2@v1.0+protobuf");

        var document = Protocol.OpenApi.V2.Document.Parser.ParseFrom(await response.Content.ReadAsByteArrayAsync());
        Assert.Equal((200, "2.0"), (code, document.Swagger));
        Assert.Contains(document.Definitions.AdditionalProperties, each => each.Name == "io.k8s.api.core.v1.Pod");
        Assert.Equal("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", response.Content.Headers.ContentType!.ToString());
    }

    [Theory]
    [InlineData("/api", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")]
    [InlineData("/apis", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList")]
    [InlineData("/openapi/v2", "application/json")]
    [InlineData("/openapi/v2", "application/com.github.proto-openapi.spec.v2@v1.0+protobuf")]
    [InlineData("/openapi/v3/api/v1", "application/json")]
    public async Task Documents_ClientThatHasThem_IsToldThatTheyAreStillGood(string path, string accept)
    {
        var (_, body, first) = await _server.SendAsync("GET", path, accept: accept);
        var tag = first.Headers.ETag!.Tag;

        var again = await AskAgainAsync($"\"other\", {tag}");
        var changed = await AskAgainAsync("\"other\"");

        Assert.Matches("^\"[0-9A-F]{64}\"$", tag);
        Assert.Equal((304, ""), (again.Code, again.Body));
        Assert.Equal((200, body), (changed.Code, changed.Body));

        async Task<(int Code, string Body)> AskAgainAsync(string known)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("Accept", accept);
            request.Headers.TryAddWithoutValidation("If-None-Match", known);
            var response = await _server.Client.SendAsync(request);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task Update_NameOfAnother_IsBadRequest()
    {
        var (code, body, _) = await _server.SendAsync("PUT", $"{ConfigMaps}/a", """{"metadata":{"name":"b"}}""");

        Assert.Equal(400, code);
        Assert.Contains("the name of the object (b) does not match the name on the URL (a)", body);
    }

    [Fact]
    public async Task Delete_Gone_IsAStatusWithTheUid()
    {
        var (_, created, _) = await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"}}""");
        var uid = JsonDocument.Parse(created).RootElement.GetProperty("metadata").GetProperty("uid").GetString();

        var (code, body, _) = await _server.SendAsync("DELETE", $"{ConfigMaps}/a", """{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background","gracePeriodSeconds":3}""");

        var status = JsonCodec.Decode<Status>(Encoding.UTF8.GetBytes(body));
        Assert.Equal((200, "Success", "a", "configmaps", uid), (code, status.Status_, status.Details.Name, status.Details.Kind, status.Details.Uid));
        Assert.Equal(3, _server.Registries.Of<ConfigMap>().LastDeleteOptions!.GracePeriodSeconds);
    }

    [Fact]
    public async Task Delete_Pod_IsThePod()
    {
        await _server.SendAsync("POST", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"}}""");

        var (code, body, _) = await _server.SendAsync("DELETE", "/api/v1/namespaces/default/pods/p?gracePeriodSeconds=0");

        Assert.Equal((200, "Pod"), (code, JsonDocument.Parse(body).RootElement.GetProperty("kind").GetString()));
        Assert.Equal(0, _server.Registries.Of<Pod>().LastDeleteOptions!.GracePeriodSeconds);
    }

    [Fact]
    public async Task DeleteCollection_TellsWhatWent()
    {
        await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"}}""");

        var (code, body, _) = await _server.SendAsync("DELETE", ConfigMaps);

        Assert.Equal((200, "ConfigMapList"), (code, JsonDocument.Parse(body).RootElement.GetProperty("kind").GetString()));
        Assert.Equal(404, (await _server.SendAsync("GET", $"{ConfigMaps}/a")).Code);
    }

    [Theory]
    [InlineData("/api/v1/namespaces/default/pods/p/binding", "node-1", 201, "create pods binding p")]
    [InlineData("/api/v1/namespaces/default/bindings", "node-1", 201, "create bindings  ")]
    [InlineData("/api/v1/namespaces/default/pods/p/binding", "full", 409, "create pods binding p")]
    public async Task Binding_Post_IsTheBinders(string path, string node, int expected, string asked)
    {
        var (code, _, _) = await _server.SendAsync("POST", path, $$$"""{"metadata":{"name":"p"},"target":{"kind":"Node","name":"{{{node}}}"}}""");

        var attributes = _server.Rules.Asked.Single();
        Assert.Equal(expected, code);
        Assert.Equal(asked, $"{attributes.Verb} {attributes.Resource} {attributes.Subresource} {attributes.Name}");
    }

    [Fact]
    public async Task Forbidden_IsSaidBeforeAnythingIsDone()
    {
        _server.Rules.Allows = attributes => attributes.Verb != "create";

        var (code, _, _) = await _server.SendAsync("POST", ConfigMaps, """{"metadata":{"name":"a"}}""");

        Assert.Equal(403, code);
        Assert.Equal(404, (await _server.SendAsync("GET", $"{ConfigMaps}/a")).Code);
    }

    [Fact]
    public async Task OurOwnFailure_IsAStatusWithoutACauseAndTheServerLives()
    {
        _server.Rules.Allows = _ => throw new InvalidOperationException("the secret cause");

        var (code, body, _) = await _server.SendAsync("GET", ConfigMaps);
        _server.Rules.Allows = _ => true;

        var status = JsonCodec.Decode<Status>(Encoding.UTF8.GetBytes(body));
        Assert.Equal((500, "InternalError"), (code, status.Reason));
        Assert.DoesNotContain("secret", body);
        Assert.Equal(200, (await _server.SendAsync("GET", ConfigMaps)).Code);
    }

    [Fact]
    public async Task Log_UnscheduledPod_IsEmptyText()
    {
        await _server.SendAsync("POST", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c"}]}}""");

        var (code, body, response) = await _server.SendAsync("GET", "/api/v1/namespaces/default/pods/p/log");

        Assert.Equal((200, "", "text/plain"), (code, body, response.Content.Headers.ContentType!.ToString()));
    }

    [Theory]
    [InlineData("", 400, "a container name must be specified for pod p, choose one of: [i c d]")]
    [InlineData("container=x", 400, "container x is not valid for pod p")]
    [InlineData("container=c&tailLines=-1", 422, "PodLogOptions \"p\" is invalid: tailLines: Invalid value: -1: must be greater than or equal to 0")]
    [InlineData("container=c&limitBytes=0", 422, "PodLogOptions \"p\" is invalid: limitBytes: Invalid value: 0: must be greater than 0")]
    [InlineData("container=c&sinceSeconds=1&sinceTime=2030-01-01T00:00:00Z", 422, "PodLogOptions \"p\" is invalid: : Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified")]
    public async Task Log_WrongParameters_AreRefused(string query, int expected, string message)
    {
        await _server.SendAsync(
            "POST", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"initContainers":[{"name":"i"}],"containers":[{"name":"c"},{"name":"d"}]}}""");

        var (code, body, _) = await _server.SendAsync("GET", $"/api/v1/namespaces/default/pods/p/log?{query}");

        Assert.Equal((expected, message), (code, JsonCodec.Decode<Status>(Encoding.UTF8.GetBytes(body)).Message));
    }

    [Fact]
    public async Task Log_KubeletUnreachable_SaysWhereItWasSought()
    {
        await _server.SendAsync("POST", "/api/v1/nodes", """{"metadata":{"name":"n"},"status":{"addresses":[{"type":"InternalIP","address":"127.0.0.1"}],"daemonEndpoints":{"kubeletEndpoint":{"Port":1}}}}""");
        await _server.SendAsync("POST", "/api/v1/namespaces/default/pods", """{"metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c"}]}}""");

        var (code, body, _) = await _server.SendAsync("GET", "/api/v1/namespaces/default/pods/p/log");

        Assert.Equal(500, code);
        Assert.StartsWith("Get \"https://127.0.0.1:1/containerLogs/default/p/c\": ", JsonCodec.Decode<Status>(Encoding.UTF8.GetBytes(body)).Message);
    }
}
