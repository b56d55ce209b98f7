using System.IO.Compression;
using System.Net;
using System.Text;

using Grpc.Core;

using MiniK8s.ApiServer.Tests.EndToEnd;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Overload;

/// <summary>What must be refused, row by row (reliability goals, section 8), over REST and over gRPC; the server lives through all of it.</summary>
[Collection(AloneCollection.Name)]
public sealed class HostileRequestTests(HostileRequestTests.Server running) : IClassFixture<HostileRequestTests.Server>
{
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    private GrpcApiServer Api => running.Api;

    /// <summary>One server for all rows: what one row does to it the next would see.</summary>
    public sealed class Server : IAsyncLifetime
    {
        internal GrpcApiServer Api { get; private set; } = null!;

        internal HttpClient Admin { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Api = await GrpcApiServer.StartAsync(StoreKind.Ours);
            Admin = Api.Rest("O=system:masters, CN=admin");
        }

        public async Task DisposeAsync()
        {
            Admin.Dispose();
            await Api.DisposeAsync();
        }
    }

    /// <summary>Messages that proxies and servers understand differently, or that are none.</summary>
    [Theory]
    [InlineData("both lengths", "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("lengths the other way round", "POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("two lengths", "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400")]
    [InlineData("negative length", "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", "400")]
    [InlineData("length that is no number", "POST /api HTTP/1.1\r\nHost: x\r\nContent-Length: 1e3\r\n\r\n", "400")]
    [InlineData("blank before the colon", "GET /version HTTP/1.1\r\nHost : x\r\n\r\n", "400")]
    [InlineData("chunked not last", "POST /api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("NUL in a header", "GET /version HTTP/1.1\r\nHost: x\r\nA: b\0c\r\n\r\n", "400")]
    [InlineData("no host", "GET /version HTTP/1.1\r\n\r\n", "400")]
    [InlineData("two hosts", "GET /version HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400")]
    [InlineData("folded header", "GET /version HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", "400")]
    [InlineData("unknown version", "GET /version HTTP/7.9\r\nHost: x\r\n\r\n", "505")]
    [InlineData("no HTTP", "\x16\x03\x01\x02\x00garbage\r\n\r\n", "400")]
    [InlineData("NUL in the path", "GET /api/v1/namespaces/default/pods/a%00b HTTP/1.1\r\nHost: x\r\n\r\n", "400")]
    public async Task Http_MalformedMessage_IsRefusedAndTheConnectionClosed(string row, string bytes, string code)
    {
        using var connection = new RawConnection(Api.SecurePort);
        await connection.SendAsync(bytes);

        var answer = await connection.ReadToEndAsync();

        Assert.True(answer.StartsWith($"HTTP/1.1 {code} ", StringComparison.Ordinal), $"{row}: {answer}");
        await LivesAsync();
    }

    [Fact]
    public async Task Http_BareLineFeedInAChunkExtension_IsRefused()
    {
        using var connection = new RawConnection(Api.SecurePort);
        await connection.SendAsync(
            $"POST {ConfigMaps} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2;\nxx\r\n0\r\n\r\nGET /version HTTP/1.1\r\nHost: x\r\n\r\n",
            Api.Certificate("O=system:masters, CN=admin"));

        var answer = await connection.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 400 ", answer);
        Assert.DoesNotContain("gitVersion", answer);
        await LivesAsync();
    }

    [Theory]
    [InlineData(101, 10, 431)]
    [InlineData(1, 70_000, 431)]
    [InlineData(50, 2000, 431)]
    [InlineData(90, 100, 200)]
    public async Task Http_HeaderFlood_IsRefused(int count, int size, int code)
    {
        using var client = Api.Rest("O=system:masters, CN=admin");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/version");
        for (var i = 0; i < count; i++) request.Headers.Add($"X-{i}", new string('a', size));

        var answer = await client.SendAsync(request);

        Assert.Equal(code, (int)answer.StatusCode);
        await LivesAsync();
    }

    [Fact]
    public async Task Http_VeryLongPath_IsRefused()
    {
        using var connection = new RawConnection(Api.SecurePort);
        // Longer than the 8 KiB a line may have, and short enough to be read whole: what is left unread resets the connection, and the answer with it.
        await connection.SendAsync($"GET /{new string('a', 9_000)} HTTP/1.1\r\nHost: x\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 414 ", await connection.ReadToEndAsync());
        await LivesAsync();
    }

    /// <summary>Paths that want to be elsewhere than they say.</summary>
    [Theory]
    [InlineData("/api/v1/namespaces/default/pods/../secrets/s", 400)]
    [InlineData("/api/v1/namespaces/default/pods/%2e%2e/secrets/s", 400)]
    [InlineData("/api/v1/namespaces/default/pods/.%2E", 400)]
    [InlineData("/api/v1/./namespaces", 400)]
    [InlineData("/openapi/v3/../../metrics", 400)]
    [InlineData("/api/v1/namespaces/default%2fpods/x", 404)]
    [InlineData("/api/v1/namespaces/default/pods/a%2fb", 400)]
    [InlineData("/api/v1/namespaces/default/pods/a%252fb", 400)]
    [InlineData("/api/v1/namespaces/default/pods/a%5cb", 404)]
    [InlineData("/api/v1/namespaces/default/pods/%c0%ae%c0%ae", 400)]
    [InlineData("/api/v1/namespaces/default/pods/%ff", 400)]
    [InlineData("/api/v1/namespaces/default/pods/a%0ab", 400)]
    [InlineData("/api/v1/namespaces//pods", 404)]
    [InlineData("//api/v1/pods", 404)]
    [InlineData("/api/v1/namespaces/default/pods/p/log/../../q", 400)]
    [InlineData("/api/v1/namespaces/default/pods/p/nosuch", 404)]
    public async Task Path_ThatLeadsElsewhere_IsRefused(string path, int code)
    {
        using var connection = new RawConnection(Api.SecurePort);
        await connection.SendAsync($"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", Api.Certificate("O=system:masters, CN=admin"));

        var answer = await connection.ReadToEndAsync();

        Assert.True(answer.StartsWith($"HTTP/1.1 {code} ", StringComparison.Ordinal), answer);
    }

    [Theory]
    [InlineData("default", "..")]
    [InlineData("default", ".")]
    [InlineData("default", "a/b")]
    [InlineData("default", "a%2fb")]
    [InlineData("default", "a\0b")]
    [InlineData("default/../kube-system", "a")]
    [InlineData("..", "a")]
    [InlineData("", "kube-system/a")]
    [InlineData("", "a")]
    [InlineData("default", "")]
    public async Task Name_ThatLeadsElsewhere_IsRefusedOverGrpc(string ns, string name)
    {
        var get = await RefusalAsync(() => Api.Secrets.GetAsync(new() { Namespace = ns, Name = name }).ResponseAsync);
        var delete = await RefusalAsync(() => Api.Secrets.DeleteAsync(new() { Namespace = ns, Name = name }).ResponseAsync);
        var patch = await RefusalAsync(() => Api.Secrets.PatchAsync(
            new() { Namespace = ns, Name = name, Type = PatchType.MergePatch, Patch = "{}" }).ResponseAsync);

        Assert.Equal((StatusCode.InvalidArgument, StatusCode.InvalidArgument, StatusCode.InvalidArgument), (get, delete, patch));
    }

    /// <summary>Bodies that are small and mean much.</summary>
    [Theory]
    [InlineData("deep JSON", "application/json", 400)]
    [InlineData("deep YAML", "application/yaml", 400)]
    [InlineData("deep flow YAML", "application/yaml", 400)]
    [InlineData("billion laughs", "application/yaml", 400)]
    [InlineData("many anchors", "application/yaml", 400)]
    [InlineData("deep groups", "application/vnd.kubernetes.protobuf", 400)]
    [InlineData("truncated protobuf", "application/vnd.kubernetes.protobuf", 400)]
    [InlineData("no envelope", "application/vnd.kubernetes.protobuf", 400)]
    [InlineData("gzip", "application/json", 400)]
    [InlineData("cut in a character", "application/json", 400)]
    [InlineData("lone surrogate", "application/json", 400)]
    [InlineData("lone surrogate in a name", "application/json", 400)]
    [InlineData("lone surrogate in YAML", "application/yaml", 400)]
    [InlineData("lone surrogate in a YAML key", "application/yaml", 400)]
    [InlineData("NaN", "application/json", 400)]
    [InlineData("huge number", "application/json", 400)]
    [InlineData("three mebibytes and one", "application/json", 413)]
    [InlineData("many keys", "application/json", 413)]
    [InlineData("many annotations", "application/json", 422)]
    [InlineData("XML", "application/xml", 415)]
    public async Task Body_Hostile_IsRefusedWithinASecond(string row, string type, int code)
    {
        var (answer, isMet) = await OneSecond.AskAsync(() =>
            running.Admin.PostAsync(ConfigMaps, new ByteArrayContent(Body(row)) { Headers = { ContentType = new(type) } }));

        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(code == (int)answer.StatusCode, $"{row}: {(int)answer.StatusCode} {text}");
        Assert.True(isMet, $"{row} takes more than a second");
        Assert.Contains("\"kind\":\"Status\"", text);
        await LivesAsync();
    }

    [Theory]
    [InlineData("too many operations", "application/json-patch+json", 413)]
    [InlineData("deeper and deeper", "application/json-patch+json", 422)]
    [InlineData("copies of copies", "application/json-patch+json", 422)]
    [InlineData("deep JSON", "application/json-patch+json", 400)]
    [InlineData("deep JSON", "application/merge-patch+json", 400)]
    [InlineData("deep JSON", "application/strategic-merge-patch+json", 400)]
    [InlineData("three mebibytes and one", "application/merge-patch+json", 413)]
    [InlineData("no patch", "application/x-patch", 415)]
    public async Task Patch_Hostile_IsRefusedWithinASecond(string row, string type, int code)
    {
        await running.Admin.PostAsync(ConfigMaps, new StringContent("""{"metadata":{"name":"patched"},"data":{"a":"b"}}""", Encoding.UTF8, "application/json"));
        var (answer, isMet) = await OneSecond.AskAsync(() =>
            running.Admin.PatchAsync($"{ConfigMaps}/patched", new ByteArrayContent(Body(row)) { Headers = { ContentType = new(type) } }));

        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(code == (int)answer.StatusCode, $"{row}: {(int)answer.StatusCode} {text}");
        Assert.True(isMet, $"{row} takes more than a second");
        if (row == "too many operations")
            Assert.Contains("\"message\":\"Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001\"", text);
        await LivesAsync();
    }

    [Theory]
    [InlineData("labelSelector", 400)]
    [InlineData("fieldSelector", 400)]
    [InlineData("continue", 400)]
    public async Task Query_LongSelectorOrToken_IsRefusedOverGrpc(string option, int code)
    {
        var long64 = string.Join(',', Enumerable.Repeat("a=b", 20_000));
        var options = option switch
        {
            "labelSelector" => new Protocol.Meta.V1.ListOptions { LabelSelector = long64 },
            "fieldSelector" => new() { FieldSelector = long64 },
            _ => new() { Continue = long64 },
        };

        var refusal = await Assert.ThrowsAsync<RpcException>(() => Api.ConfigMaps.ListAsync(new() { Options = options }).ResponseAsync);

        Assert.Equal(code, Protocol.Meta.V1.Status.Parser.ParseFrom(refusal.Trailers.GetValueBytes("minik8s-status-bin")).Code);
    }

    /// <summary>gRPC frames: a byte that says whether it is compressed, four of length, the message.</summary>
    [Theory]
    [InlineData("cut prefix", StatusCode.Internal, StatusCode.Cancelled)]
    [InlineData("cut message", StatusCode.Internal, StatusCode.Cancelled)]
    [InlineData("length beyond the limit", StatusCode.ResourceExhausted, StatusCode.ResourceExhausted)]
    [InlineData("compressed without an encoding", StatusCode.Internal, StatusCode.Unimplemented)]
    [InlineData("wrong flag", StatusCode.Internal, StatusCode.Unknown)]
    [InlineData("garbage", StatusCode.InvalidArgument, StatusCode.InvalidArgument)]
    [InlineData("deep groups", StatusCode.InvalidArgument, StatusCode.InvalidArgument)]
    [InlineData("nothing", StatusCode.Internal, StatusCode.InvalidArgument)]
    public async Task Grpc_MalformedFrame_IsRefused(string row, StatusCode expected, StatusCode orElse)
    {
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{Api.InsecurePort}") };
        using var call = new HttpRequestMessage(HttpMethod.Post, "/minik8s.v1.Pods/List")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent(Frame(row)),
        };
        call.Content.Headers.ContentType = new("application/grpc");

        var answer = await client.SendAsync(call);
        await answer.Content.ReadAsByteArrayAsync();

        var status = answer.Headers.Concat(answer.TrailingHeaders).Single(header => header.Key == "grpc-status").Value.Single();
        Assert.Contains(status, (string[])[$"{(int)expected}", $"{(int)orElse}"]);
        await LivesAsync();
    }

    [Theory]
    [InlineData("/minik8s.v1.Pods/Nothing")]
    [InlineData("/minik8s.v1.Nothing/List")]
    [InlineData("/minik8s.v1.Pods//List")]
    public async Task Grpc_UnknownMethod_IsNotServed(string path)
    {
        using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{Api.InsecurePort}") };
        using var call = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([0, 0, 0, 0, 0]),
        };
        call.Content.Headers.ContentType = new("application/grpc");

        var answer = await client.SendAsync(call);
        await answer.Content.ReadAsByteArrayAsync();

        var status = answer.Headers.Concat(answer.TrailingHeaders).FirstOrDefault(header => header.Key == "grpc-status").Value?.Single();
        Assert.True(status == $"{(int)StatusCode.Unimplemented}" || answer.StatusCode == HttpStatusCode.NotFound, $"{answer.StatusCode} {status}");
        await LivesAsync();
    }

    /// <summary>Nobody and a bad credential, on every page; the same over gRPC.</summary>
    [Theory]
    [InlineData("/version", 200)]
    [InlineData("/healthz", 200)]
    [InlineData("/livez", 200)]
    [InlineData("/readyz", 200)]
    [InlineData("/metrics", 403)]
    [InlineData("/api", 403)]
    [InlineData("/apis/apps", 403)]
    [InlineData("/openapi/v2", 403)]
    [InlineData("/", 403)]
    [InlineData("/nothing", 403)]
    [InlineData("/api/v1/nodes", 403)]
    [InlineData("/api/v1/namespaces/default/secrets/s", 403)]
    public async Task Anonymous_GetsTheHealthPagesAndTheVersionOnly_AndABadCredentialNothing(string path, int code)
    {
        using var nobody = Api.Rest();
        using var badToken = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Authorization = new("Bearer", "guess") } };
        using var remote = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "X-Remote-User", "admin" }, { "X-Remote-Group", "system:masters" } } };
        using var other = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "Impersonate-User", "admin" }, { "Impersonate-Group", "system:masters" } } };

        Assert.Equal(code, (int)(await nobody.GetAsync(path)).StatusCode);
        Assert.Equal(401, (int)(await nobody.SendAsync(badToken)).StatusCode);
        Assert.Equal(code, (int)(await nobody.SendAsync(remote)).StatusCode);
        Assert.Equal(403, (int)(await nobody.SendAsync(other)).StatusCode);
    }

    [Theory]
    [InlineData("/minik8s.v1.Pods/List")]
    [InlineData("/minik8s.v1.Secrets/Watch")]
    [InlineData("/minik8s.v1.Audit/Watch")]
    [InlineData("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo")]
    [InlineData("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")]
    public async Task Anonymous_OverGrpc_GetsNothing(string path)
    {
        using var nobody = Api.Rest();
        using var call = new HttpRequestMessage(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([0, 0, 0, 0, 0]),
        };
        call.Content.Headers.ContentType = new("application/grpc");

        var answer = await nobody.SendAsync(call);
        await answer.Content.ReadAsByteArrayAsync();

        var status = answer.Headers.Concat(answer.TrailingHeaders).Single(header => header.Key == "grpc-status").Value.Single();
        Assert.Equal($"{(int)StatusCode.PermissionDenied}", status);
    }

    [Fact]
    public async Task Object_WithTenThousandOwners_IsAnsweredWithinASecond()
    {
        var owners = string.Join(',', Enumerable.Range(0, 10_000).Select(i => $$"""{"apiVersion":"v1","kind":"Pod","name":"p{{i}}","uid":"u{{i}}"}"""));
        var (answer, isMet) = await OneSecond.AskAsync(() => running.Admin.PostAsync(
            $"{ConfigMaps}?dryRun=All",
            new StringContent($$$"""{"metadata":{"name":"owned","ownerReferences":[{{{owners}}}]}}""", Encoding.UTF8, "application/json")));

        Assert.True(answer.StatusCode is HttpStatusCode.Created or HttpStatusCode.UnprocessableEntity, $"{answer.StatusCode}");
        Assert.True(isMet, "it takes more than a second");
    }

    private async Task LivesAsync() => Assert.Equal(HttpStatusCode.OK, (await running.Admin.GetAsync("/version")).StatusCode);

    private static async Task<StatusCode> RefusalAsync(Func<Task> call) => (await Assert.ThrowsAsync<RpcException>(call)).StatusCode;

    private static byte[] Body(string row) => row switch
    {
        "deep JSON" => Text($$"""{"metadata":{"name":"x"},"data":{{Times("{\"a\":", 50_000)}}1{{new string('}', 50_000)}}}"""),
        "deep YAML" => Text(string.Concat(Enumerable.Range(0, 2000).Select(i => $"{new string(' ', i)}a:\n"))),
        "deep flow YAML" => Text("data: " + new string('[', 100_000)),
        "billion laughs" => Text("a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + string.Concat(Enumerable.Range(1, 12).Select(i =>
            $"a{i}: &a{i} [{string.Join(',', Enumerable.Repeat($"*a{i - 1}", 9))}]\n"))),
        "many anchors" => Text("a: &a {k: 1}\nb: [" + string.Join(',', Enumerable.Repeat("*a", 300_000)) + "]\n"),
        "deep groups" => [.. "k8s\0"u8, 0x0a, 0x0b, 0x0a, 0x02, .. "v1"u8, 0x12, 0x05, .. "Pods!"u8, .. Enumerable.Repeat((byte)0x2b, 100_000)],
        "truncated protobuf" => [.. "k8s\0"u8, 0x0a, 0x7f, 0x01],
        "no envelope" => [0x0a, 0x01, 0x61],
        "gzip" => Gzip(Text("""{"metadata":{"name":"x"}}""")),
        "cut in a character" => [.. "{\"metadata\":{\"name\":\"x\"},\"data\":{\"a\":\""u8, 0xe2, 0x82, .. "\"}}"u8],
        "lone surrogate" => Text("{\"metadata\":{\"name\":\"x\"},\"data\":{\"a\":\"\\ud800\"}}"),
        "lone surrogate in a name" => Text("{\"metadata\":{\"name\":\"x\"},\"k\\ud800\":1}"),
        "lone surrogate in YAML" => Text("metadata: {name: x}\ndata: {k: \"\\ud800\"}\n"),
        "lone surrogate in a YAML key" => Text("metadata: {name: x}\ndata: {\"\\ud800\": v}\n"),
        "NaN" => Text("""{"metadata":{"name":"x","generation":NaN}}"""),
        "huge number" => Text($$$"""{"metadata":{"name":"x","generation":{{{new string('9', 100_000)}}}}}"""),
        "three mebibytes and one" => Text(new string(' ', (3 << 20) + 1)),
        "many keys" => Text("{\"metadata\":{\"name\":\"x\"},\"data\":{" + Pairs(75_000) + "}}"),
        "many annotations" => Text("{\"metadata\":{\"name\":\"x\",\"annotations\":{" + Pairs(30_000) + "}}}"),
        "XML" => Text("<a/>"),
        "too many operations" => Text($"[{string.Join(',', Enumerable.Repeat("""{"op":"test","path":"/data/a","value":"b"}""", 10_001))}]"),
        "deeper and deeper" => Text($"[{string.Join(',', Enumerable.Range(0, 100).Select(i =>
            $$$"""{"op":"add","path":"/data{{{Times("/a", 100 * i)}}}","value":{{{Times("{\"a\":", 100)}}}1{{{new string('}', 100)}}}}"""))}]"),
        "copies of copies" => Text($"[{string.Join(',', Enumerable.Range(0, 60).Select(i => $$$"""{"op":"copy","from":"/data","path":"/data/k{{{i}}}"}"""))}]"),
        "no patch" => Text("{}"),
        _ => throw new ArgumentOutOfRangeException(nameof(row), row, null),
    };

    private static byte[] Frame(string row) => row switch
    {
        "cut prefix" => [0, 0],
        "cut message" => [0, 0, 0, 0, 9, 1],
        "length beyond the limit" => [0, 0x7f, 0xff, 0xff, 0xff, 1],
        "compressed without an encoding" => [1, 0, 0, 0, 1, 0],
        "wrong flag" => [7, 0, 0, 0, 0],
        "garbage" => [0, 0, 0, 0, 4, 0xff, 0xff, 0xff, 0xff],
        "deep groups" => [0, 0, 0, 0x27, 0x10, .. Enumerable.Repeat((byte)0x2b, 10_000)],
        "nothing" => [],
        _ => throw new ArgumentOutOfRangeException(nameof(row), row, null),
    };

    private static byte[] Gzip(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest)) gzip.Write(bytes);
        return compressed.ToArray();
    }

    private static string Pairs(int count) => string.Join(',', Enumerable.Range(0, count).Select(i => $"\"k{i}\":\"1234\""));

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}
