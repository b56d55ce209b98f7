using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

using Grpc.Core;

using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Tests.EndToEnd;

/// <summary>Tokens from their request to their use, over both faces.</summary>
public sealed class TokenTests
{
    private const string Robot = "system:serviceaccount:default:robot";

    [EveryStoreFact]
    public async Task Token_AskedForAndShown_LetsItsAccountIn()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var admin = server.Rest("O=system:masters, CN=alice");
        await admin.PostAsJsonAsync("/api/v1/namespaces/default/serviceaccounts", JsonNode.Parse("""{"metadata":{"name":"robot"}}"""));

        var asked = await PostAsync(admin, "/api/v1/namespaces/default/serviceaccounts/robot/token", "{}");
        using var robot = Bearing(server, asked["status"]!["token"]!.GetValue<string>());
        var whoAmI = await PostAsync(robot, "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");
        var list = await robot.GetAsync("/api/v1/namespaces/default/pods");

        Assert.Equal(("TokenRequest", "authentication.k8s.io/v1"), (asked["kind"]!.GetValue<string>(), asked["apiVersion"]!.GetValue<string>()));
        Assert.Equal(Robot, whoAmI["status"]!["userInfo"]!["username"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.Forbidden, list.StatusCode);
        Assert.Contains($"User \\\"{Robot}\\\" cannot list resource \\\"pods\\\"", await list.Content.ReadAsStringAsync());
    }

    [EveryStoreFact]
    public async Task Token_AskedForAndShownOverGrpc_LetsItsAccountIn()
    {
        await using var server = await GrpcApiServer.StartAsync();
        var accounts = new ServiceAccounts.ServiceAccountsClient(server.Channel);
        await accounts.CreateAsync(new() { Object = new ServiceAccount { Metadata = new() { Name = "robot", Namespace = "default" } } });

        var asked = await accounts.CreateTokenAsync(new() { TokenRequest = new() { Metadata = new() { Name = "robot", Namespace = "default" } } });
        using var channel = server.SecureChannel();
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await new Pods.PodsClient(channel).ListAsync(
            new() { Namespace = "default" }, new Metadata { { "authorization", $"Bearer {asked.Status.Token}" } }));

        Assert.Equal(StatusCode.PermissionDenied, refusal.StatusCode);
        Assert.Contains($"User \"{Robot}\" cannot list resource \"pods\"", refusal.Status.Detail);
    }

    [EveryStoreFact]
    public async Task Token_BesideACertificate_DoesNotCount()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var admin = server.Rest("O=system:masters, CN=alice");
        admin.DefaultRequestHeaders.Authorization = new("Bearer", "hunter2");

        var whoAmI = await PostAsync(admin, "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}");

        var user = whoAmI["status"]!["userInfo"]!;
        Assert.Equal("alice", user["username"]!.GetValue<string>());
        Assert.Matches("^X509SHA256=[0-9a-f]{64}$", user["extra"]!["authentication.kubernetes.io/credential-id"]![0]!.GetValue<string>());
    }

    [EveryStoreFact]
    public async Task Review_TellsWhoseATokenIs()
    {
        await using var server = await GrpcApiServer.StartAsync();
        using var admin = server.Rest("O=system:masters, CN=alice");
        var token = (await PostAsync(admin, "/api/v1/namespaces/default/serviceaccounts/default/token", "{}"))["status"]!["token"]!;

        var good = await ReviewAsync(admin, token);
        var bad = await ReviewAsync(admin, "hunter2");
        var none = await admin.PostAsJsonAsync("/apis/authentication.k8s.io/v1/tokenreviews", JsonNode.Parse("""{"spec":{}}"""));

        Assert.Equal("system:serviceaccount:default:default", good["status"]!["user"]!["username"]!.GetValue<string>());
        Assert.True(good["status"]!["authenticated"]!.GetValue<bool>());
        Assert.Equal("""{"user":{},"error":"invalid bearer token"}""", bad["status"]!.ToJsonString());
        Assert.Equal(HttpStatusCode.BadRequest, none.StatusCode);
        Assert.Contains("token is required for TokenReview in authentication", await none.Content.ReadAsStringAsync());
    }

    private static Task<JsonNode> ReviewAsync(HttpClient client, JsonNode token) =>
        PostAsync(client, "/apis/authentication.k8s.io/v1/tokenreviews", new JsonObject { ["spec"] = new JsonObject { ["token"] = token.DeepClone() } }.ToJsonString());

    private static HttpClient Bearing(GrpcApiServer server, string token)
    {
        var client = server.Rest();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    private static async Task<JsonNode> PostAsync(HttpClient client, string path, string body)
    {
        using var answer = await client.PostAsync(path, new StringContent(body, new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, text);
        return JsonNode.Parse(text)!;
    }
}
