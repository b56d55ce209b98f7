using System.Net;
using System.Net.Http.Json;
using System.Text;

using Grpc.Core;

using MiniK8s.ApiServer.Tests.EndToEnd;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.Audit;

/// <summary>The audit stream of a whole apiserver, REST and gRPC.</summary>
public sealed class AuditTests
{
    private const string Alice = "O=system:masters, CN=alice";
    private const string ConfigMaps = "/api/v1/namespaces/default/configmaps";

    [EveryStoreFact]
    public async Task Requests_OverRestAndGrpc_LeaveTheSameRecords()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var watch = await WatchAsync(server, new() { Kinds = { "ConfigMap" } });
        using var rest = server.Rest(Alice);
        rest.DefaultRequestHeaders.UserAgent.ParseAdd("tool/1.0");

        List<AuditRecord> seen = [];
        var created = await RecordedAsync(rest.PostAsJsonAsync(ConfigMaps, new { metadata = new { generateName = "a-" }, data = new { k = "v1" } }));
        var name = (await created.Content.ReadFromJsonAsync<System.Text.Json.Nodes.JsonObject>())!["metadata"]!["name"]!.GetValue<string>();
        var read = await RecordedAsync(server.ConfigMaps.GetAsync(new() { Namespace = "default", Name = name }).ResponseAsync);
        var patched = await RecordedAsync(
            server.ConfigMaps.PatchAsync(new() { Namespace = "default", Name = name, Type = PatchType.MergePatch, Patch = """{"data":{"k":"v2"}}""" }).ResponseAsync);
        await RecordedAsync(rest.PatchAsync($"{ConfigMaps}/{name}", Json("""{"data":{"k":"v2"}}""", "application/merge-patch+json")));
        await RecordedAsync(rest.PatchAsync($"{ConfigMaps}/{name}?dryRun=All", Json("""{"data":{"k":"v3"}}""", "application/merge-patch+json")));
        await RecordedAsync(Assert.ThrowsAsync<RpcException>(() => server.ConfigMaps.GetAsync(new() { Namespace = "default", Name = "ghost" }).ResponseAsync));
        await RecordedAsync(rest.DeleteAsync($"{ConfigMaps}/{name}"));

        var (first, second) = (read.Metadata.ResourceVersion, patched.Metadata.ResourceVersion);
        Assert.Equal(
        [
            ("alice", "create", name, "", first, 201, ""),
            ("system:admin", "get", name, first, "", 200, ""),
            ("system:admin", "patch", name, first, second, 200, ""),
            ("alice", "patch", name, second, second, 200, ""),
            ("alice", "patch", name, second, "", 200, ""),
            ("system:admin", "get", "ghost", "", "", 404, "NotFound"),
            ("alice", "delete", name, second, seen[6].ResourceVersionAfter, 200, ""),
        ], seen.Select(each => (each.User, each.Verb, each.Object.Name, each.ResourceVersionBefore, each.ResourceVersionAfter, each.Code, each.Reason)));
        Assert.True(long.Parse(seen[6].ResourceVersionAfter) > long.Parse(second));
        Assert.All(seen, each => Assert.Equal(AuditStage.ResponseComplete, each.Stage));
        Assert.All(seen, each => Assert.Equal("default", each.Object.Namespace));
        Assert.Equal(created.Headers.GetValues("Audit-Id").Single(), seen[0].AuditId);
        Assert.Equal(("tool/1.0", "127.0.0.1", ConfigMaps), (seen[0].UserAgent, seen[0].SourceAddress, seen[0].Path));
        Assert.Equal(["system:masters", "system:authenticated"], seen[0].Groups);
        Assert.Equal(read.Metadata.Uid, seen[2].Object.Uid);
        Assert.Equal(7, seen.Select(each => each.AuditId).Distinct().Count());

        // A record comes after its answer, so each is waited for: those of two connections have no order.
        async Task<T> RecordedAsync<T>(Task<T> request)
        {
            var answer = await request;
            seen.AddRange(await TakeAsync(watch, 1));
            return answer;
        }
    }

    [EveryStoreFact]
    public async Task WatchesAreRecordedAtBothEnds_OverRestAndGrpc()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var watch = await WatchAsync(server, new() { Kinds = { "configmaps" } });
        using var rest = server.Rest(Alice);

        using (var followed = server.ConfigMaps.Watch(new() { Namespace = "default" }))
        {
            await followed.ResponseHeadersAsync.OrMissing("the watch's headers");
            await TakeAsync(watch, AuditStage.ResponseStarted, "system:admin", 200);
        }
        await TakeAsync(watch, AuditStage.ResponseComplete, "system:admin", 200);
        await rest.GetStringAsync($"{ConfigMaps}?watch=1&timeoutSeconds=1");
        await TakeAsync(watch, AuditStage.ResponseStarted, "alice", 200);
        await TakeAsync(watch, AuditStage.ResponseComplete, "alice", 200);
        await rest.GetAsync($"{ConfigMaps}?watch=1&fieldSelector=x=y");

        await TakeAsync(watch, AuditStage.ResponseComplete, "alice", 400);
    }

    [EveryStoreFact]
    public async Task Denials_AreRecorded_WhoeverIsDenied()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var watch = await WatchAsync(server, new() { Verbs = { "get", "delete" } });
        using var nobody = server.Rest();
        using var node = server.Rest("O=system:nodes, CN=system:node:a");

        // A record comes after its answer, so each is waited for: those of two connections have no order.
        await nobody.GetAsync("/api/v1/namespaces/default/secrets/s");
        var seen = await TakeAsync(watch, 1);
        await node.DeleteAsync("/api/v1/nodes/b");
        seen = [.. seen, .. await TakeAsync(watch, 1)];
        using var badToken = new HttpRequestMessage(HttpMethod.Get, "/version") { Headers = { Authorization = new("Bearer", "hunter2") } };
        await nobody.SendAsync(badToken);
        seen = [.. seen, .. await TakeAsync(watch, 1)];

        Assert.Equal(
        [
            ("system:anonymous", "get", 403, "Forbidden"), ("system:node:a", "delete", 403, "Forbidden"), ("", "get", 401, "Unauthorized"),
        ], seen.Select(each => (each.User, each.Verb, each.Code, each.Reason)));
        Assert.DoesNotContain("hunter2", string.Concat(seen));
    }

    [EveryStoreFact]
    public async Task Impersonation_BothUsers_AreRecorded()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var watch = await WatchAsync(server, new() { Verbs = { "list" }, Users = { "alice" } });
        using var rest = server.Rest(Alice);
        rest.DefaultRequestHeaders.Add("Impersonate-User", "ann");

        await rest.GetAsync(ConfigMaps);

        var seen = (await TakeAsync(watch, 1)).Single();
        Assert.Equal(("alice", "ann", 403), (seen.User, seen.ImpersonatedUser, seen.Code));
        Assert.Equal(["system:masters", "system:authenticated"], seen.Groups);
    }

    [EveryStoreFact]
    public async Task Secrets_NothingOfTheirContents_IsInAnyRecord()
    {
        const string Value = "aHVudGVyMg==";
        await using var server = await GrpcApiServer.StartAsync();
        using var watch = await WatchAsync(server, new() { Kinds = { "Secret" } });
        using var rest = server.Rest(Alice);
        const string Secrets = "/api/v1/namespaces/default/secrets";

        await rest.PostAsync(Secrets, Json($$$"""{"metadata":{"name":"s"},"data":{"k":"{{{Value}}}"}}"""));
        var quoting = await rest.PatchAsync(
            $"{Secrets}/s?fieldValidation=Strict", Json("""{"nonsense":1}""", "application/merge-patch+json"));
        await rest.PostAsync(Secrets, Json($$$"""{"metadata":{"name":"s"},"data":{"{{{Value}}}":7}}"""));
        await server.Secrets.ListAsync(new() { Namespace = "default" });

        // The refusal itself quotes the object, as in Kubernetes; the record must not.
        Assert.Contains(Value, await quoting.Content.ReadAsStringAsync());
        var seen = await TakeAsync(watch, 4);
        Assert.Equal([200, 201, 400, 422], seen.Select(each => each.Code).Order());
        Assert.All(seen, each => Assert.DoesNotContain(Value, each.ToString()));
        Assert.All(seen, each => Assert.DoesNotContain("hunter2", each.ToString()));
    }

    [EveryStoreFact]
    public async Task Watch_OnlyAdministratorsAndComponentsMay()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var node = server.Rest("O=system:nodes, CN=system:node:a");
        using var call = new HttpRequestMessage(HttpMethod.Post, "/minik8s.v1.Audit/Watch")
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new ByteArrayContent([0, 0, 0, 0, 0]),
        };
        call.Content.Headers.ContentType = new("application/grpc");

        var answer = await node.SendAsync(call);
        await answer.Content.ReadAsByteArrayAsync();

        var headers = answer.Headers.Concat(answer.TrailingHeaders).ToDictionary(each => each.Key, each => each.Value.Single());
        Assert.Equal($"{(int)StatusCode.PermissionDenied}", headers["grpc-status"]);
        Assert.Equal("forbidden: User \"system:node:a\" cannot watch path \"/minik8s.v1.Audit/Watch\"", Uri.UnescapeDataString(headers["grpc-message"]));
    }

    private static async Task<AsyncServerStreamingCall<AuditEvent>> WatchAsync(GrpcApiServer server, WatchAuditRequest request)
    {
        var watch = server.Audit.Watch(request);
        await watch.ResponseHeadersAsync.OrMissing("the audit watch's headers");
        return watch;
    }

    private static async Task<List<AuditRecord>> TakeAsync(AsyncServerStreamingCall<AuditEvent> watch, int count)
    {
        var seen = new List<AuditRecord>();
        while (seen.Count < count)
        {
            Assert.True(await watch.ResponseStream.MoveNext(default).OrMissing($"audit record {seen.Count + 1} of {count}"));
            Assert.Equal(0, watch.ResponseStream.Current.Missed);
            seen.Add(watch.ResponseStream.Current.Record);
        }
        return seen;
    }

    private static async Task TakeAsync(AsyncServerStreamingCall<AuditEvent> watch, AuditStage stage, string user, int code)
    {
        var record = (await TakeAsync(watch, 1))[0];
        Assert.Equal((stage, user, "watch", code), (record.Stage, record.User, record.Verb, record.Code));
    }

    private static StringContent Json(string body, string type = "application/json") => new(body, Encoding.UTF8, type);
}
