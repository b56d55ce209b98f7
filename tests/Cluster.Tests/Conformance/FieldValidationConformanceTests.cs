using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 3: unknown and duplicate fields [test/e2e/apimachinery/field_validation.go, test/integration/apiserver/field_validation_test.go].</summary>
[Collection("lab")]
public sealed class FieldValidationConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    private const string Complaints = "unknown field \"spec.unknownField\", duplicate field \"spec.replicas\"";

    [ConformanceFact("Field validation, typed object")]
    public async Task Strict_UnknownAndDuplicateFields_AreRefusedByEveryVerb()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());
        var (good, bad) = (Deployment(), Deployment(spec: "\"unknownField\":\"foo\",\"replicas\":2,\"replicas\":3,"));
        var create = await RefusalAsync(HttpMethod.Post, deployments.Path, bad);
        var apply = await RefusalAsync(HttpMethod.Patch, $"{deployments.Path}/my-dep", bad, ApiCollection.ApplyPatch);
        await deployments.CreateAsync(good);

        var update = await RefusalAsync(HttpMethod.Put, $"{deployments.Path}/my-dep", bad);
        var merge = await RefusalAsync(HttpMethod.Patch, $"{deployments.Path}/my-dep", """{"spec":{"unknownField":"foo","replicas":2,"replicas":3}}""", ApiCollection.MergePatch);
        var strategic = await RefusalAsync(HttpMethod.Patch, $"{deployments.Path}/my-dep", """{"spec":{"unknownField":"foo","replicas":2,"replicas":3}}""", ApiCollection.StrategicMergePatch);
        var json = await RefusalAsync(HttpMethod.Patch, $"{deployments.Path}/my-dep", """[{"op":"add","path":"/spec/unknownField","value":"foo","foo":"bar"}]""", ApiCollection.JsonPatch);

        const string decoding = "strict decoding error: ";
        Assert.Equal((400, $"Deployment in version \"v1\" cannot be handled as a Deployment: {decoding}{Complaints}"), create);
        Assert.Equal(create, update);
        Assert.All([merge, strategic], patch =>
        {
            Assert.Equal(422, patch.Code);
            Assert.EndsWith($"{decoding}duplicate field \"spec.replicas\", unknown field \"spec.unknownField\"", patch.Message);
        });
        Assert.Equal(422, json.Code);
        Assert.EndsWith($"{decoding}json patch unknown field \"[0].foo\", unknown field \"spec.unknownField\"", json.Message);
        Assert.InRange(apply.Code, 400, 500);
        Assert.Equal("1", (await deployments.GetAsync("my-dep")).Text("spec/replicas"));
    }

    [ConformanceFact("Field validation, typed unknown metadata")]
    public async Task Strict_UnknownMetadata_IsRefused()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());

        var refusal = await RefusalAsync(HttpMethod.Post, deployments.Path, Deployment(metadata: "\"unknownMeta\":\"foo\","));

        Assert.Equal((400, "Deployment in version \"v1\" cannot be handled as a Deployment: strict decoding error: unknown field \"metadata.unknownMeta\""), refusal);
    }

    [Fact]
    public async Task WarnAndIgnore_UnknownAndDuplicateFields_AreToldOfOrNot()
    {
        var deployments = Of("deployments", await NewNamespaceAsync());
        var bad = Deployment(spec: "\"unknownField\":\"foo\",\"replicas\":2,\"replicas\":3,");

        var warned = await AskAsync(HttpMethod.Post, $"{deployments.Path}?fieldValidation=Warn&dryRun=All", bad);
        var usual = await AskAsync(HttpMethod.Post, $"{deployments.Path}?dryRun=All", bad);
        var ignored = await AskAsync(HttpMethod.Post, $"{deployments.Path}?fieldValidation=Ignore&dryRun=All", bad);

        string[] warnings = ["299 - \"unknown field \\\"spec.unknownField\\\"\"", "299 - \"duplicate field \\\"spec.replicas\\\"\""];
        Assert.Equal((201, 201, 201), (warned.Code, usual.Code, ignored.Code));
        Assert.Equal(warnings, warned.Warnings);
        Assert.Equal(warnings, usual.Warnings);
        Assert.Empty(ignored.Warnings);
        // The last of the two counts.
        Assert.Equal("3", JsonNode.Parse(ignored.Body).Text("spec/replicas"));
    }

    private async Task<(int Code, string Message)> RefusalAsync(HttpMethod method, string path, string body, string contentType = "application/json")
    {
        var answer = await AskAsync(method, $"{path}?fieldManager=field_validation_mgr&fieldValidation=Strict", body, contentType);
        return (answer.Code, JsonNode.Parse(answer.Body).Text("message"));
    }

    private static string Deployment(string metadata = "", string spec = "") => $$$$$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{{{{{{metadata}}}}}"name":"my-dep","labels":{"app":"nginx"}},"spec":{{{{{{spec}}}}}
        "selector":{"matchLabels":{"app":"nginx"}},"template":{"metadata":{"labels":{"app":"nginx"}},"spec":{"containers":[{"name":"nginx","image":"nginx:latest"}]}}}}
        """;
}
