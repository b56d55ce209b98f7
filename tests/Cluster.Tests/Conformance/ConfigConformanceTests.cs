namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 16: ConfigMaps and Secrets as objects [test/e2e/common/node/configmap.go, secrets.go, test/e2e/common/storage/configmap_volume.go, secrets_volume.go].</summary>
[Collection("lab")]
public sealed class ConfigConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    [ConformanceFact("ConfigMap lifecycle")]
    public async Task ConfigMap_CreatedPatchedListedDeletedAsASet()
    {
        var (maps, everywhere) = (Of("configmaps", await NewNamespaceAsync()), Of("configmaps"));
        const string selector = "test-configmap-static=true";
        await using var watch = await maps.WatchAsync($"labelSelector={Uri.EscapeDataString(selector)}");

        await maps.CreateAsync("""{"metadata":{"name":"test-configmap","labels":{"test-configmap-static":"true"}},"data":{"valueName":"value"}}""");
        await maps.PatchAsync("test-configmap", """{"metadata":{"labels":{"test-configmap":"patched"}},"data":{"valueName":"value1"}}""");
        var listed = await everywhere.SelectAsync(selector);
        await maps.DeleteCollectionAsync(selector);

        var read = Assert.Single(listed);
        Assert.Equal(("test-configmap", "patched", "value1"), (read.Name(), read.Label("test-configmap"), read.Text("data/valueName")));
        Assert.Empty(await everywhere.SelectAsync(selector));
        Assert.Equal(["ADDED test-configmap", "MODIFIED test-configmap", "DELETED test-configmap"], (await watch.TakeAsync(3)).Select(step => step.Step));
    }

    [ConformanceFact("ConfigMap Update")]
    public async Task ConfigMap_Updated_IsReadBack()
    {
        var maps = Of("configmaps", await NewNamespaceAsync());
        var created = await maps.CreateAsync("""{"metadata":{"name":"map"}}""");

        await maps.UpdateAsync(created.With(map => map["data"] = new System.Text.Json.Nodes.JsonObject { ["data"] = "value" }));

        Assert.Equal("value", (await maps.GetAsync("map")).Text("data/data"));
    }

    [ConformanceFact("ConfigMap, with empty-key")]
    public Task ConfigMap_EmptyKey_IsRefused() => EmptyKeyIsRefusedAsync("configmaps", "ConfigMap", "value-1");

    [ConformanceFact("Secrets, with empty-key")]
    public Task Secret_EmptyKey_IsRefused() => EmptyKeyIsRefusedAsync("secrets", "Secret", "dmFsdWUtMQ==");

    [ConformanceFact("ConfigMap Volume, immutability")]
    public Task ConfigMap_Immutable_KeepsItsData() => ImmutableKeepsItsDataAsync("configmaps", "ConfigMap", "one", "two");

    [ConformanceFact("Secrets Volume, immutability")]
    public Task Secret_Immutable_KeepsItsData() => ImmutableKeepsItsDataAsync("secrets", "Secret", "b25l", "dHdv");

    [ConformanceFact("Secret patching")]
    public async Task Secret_CreatedListedPatchedDeletedByLabel()
    {
        var (secrets, everywhere) = (Of("secrets", await NewNamespaceAsync()), Of("secrets"));
        await secrets.CreateAsync("""{"metadata":{"name":"test-secret","labels":{"testsecret-constant":"true"}},"data":{"key":"dmFsdWU="},"type":"Opaque"}""");
        Assert.Equal("test-secret", Assert.Single(await everywhere.SelectAsync("testsecret-constant=true")).Name());

        await secrets.PatchAsync("test-secret", """{"metadata":{"labels":{"testsecret":"true"}},"data":{"key":"dmFsdWUx"}}""");
        var read = await secrets.GetAsync("test-secret");
        await secrets.DeleteCollectionAsync("testsecret=true");

        Assert.Equal(("true", "dmFsdWUx"), (read.Label("testsecret"), read.Text("data/key")));
        Assert.Empty(await everywhere.SelectAsync("testsecret-constant=true"));
    }

    private async Task EmptyKeyIsRefusedAsync(string plural, string kind, string value)
    {
        var objects = Of(plural, await NewNamespaceAsync());

        var refusal = await ApiRefusal.OfAsync(() => objects.CreateAsync($$$"""{"metadata":{"name":"empty-key"},"data":{"":"{{{value}}}"}}"""));

        Assert.Equal((422, "Invalid"), (refusal.Code, refusal.Reason));
        Assert.StartsWith($"{kind} \"empty-key\" is invalid: data[]: Invalid value: \"\": a valid config key must consist of alphanumeric characters", refusal.Text);
    }

    private async Task ImmutableKeepsItsDataAsync(string plural, string kind, string value, string other)
    {
        var objects = Of(plural, await NewNamespaceAsync());
        await objects.CreateAsync($$$"""{"metadata":{"name":"fixed"},"data":{"data-1":"{{{value}}}"}}""");
        await objects.PatchAsync("fixed", $$$"""{"data":{"data-1":"{{{other}}}"}}""");

        await objects.PatchAsync("fixed", """{"immutable":true}""");
        var data = await ApiRefusal.OfAsync(() => objects.PatchAsync("fixed", $$$"""{"data":{"data-1":"{{{value}}}"}}"""));
        var mutable = await ApiRefusal.OfAsync(() => objects.PatchAsync("fixed", """{"immutable":false}"""));
        var absent = await ApiRefusal.OfAsync(() => objects.PatchAsync("fixed", """{"immutable":null}"""));
        var labelled = await objects.PatchAsync("fixed", """{"metadata":{"labels":{"still":"possible"}}}""");
        await objects.DeleteAsync("fixed");

        Assert.Equal((422, $"{kind} \"fixed\" is invalid: data: Forbidden: field is immutable when `immutable` is set"), (data.Code, data.Text));
        Assert.Equal((422, $"{kind} \"fixed\" is invalid: immutable: Forbidden: field is immutable when `immutable` is set"), (mutable.Code, mutable.Text));
        Assert.Equal(mutable.Text, absent.Text);
        Assert.Equal(("possible", other), (labelled.Label("still"), labelled.Text("data/data-1")));
        Assert.Null(await objects.FindAsync("fixed"));
    }
}
