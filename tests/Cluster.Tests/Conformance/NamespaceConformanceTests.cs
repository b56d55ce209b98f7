using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 4: namespaces [test/e2e/apimachinery/namespace.go].</summary>
[Collection("lab")]
public sealed class NamespaceConformanceTests(SharedLab shared, EndingNamespaces ending) : ConformanceTests(shared), IClassFixture<EndingNamespaces>
{
    private ApiCollection Namespaces => Of("namespaces");

    [ConformanceFact("Namespace patching")]
    public async Task Patch_Label_Sticks()
    {
        var name = await NewAsync("nspatch");

        await Namespaces.PatchAsync(name, """{"metadata":{"labels":{"testLabel":"testValue"}}}""");

        Assert.Equal("testValue", (await Namespaces.GetAsync(name)).Label("testLabel"));
    }

    [ConformanceFact("Namespace, apply update to a namespace")]
    public async Task Update_Label_Sticks()
    {
        var name = await NewAsync("nsupdate");

        var updated = await Namespaces.UpdateAsync((await Namespaces.GetAsync(name)).With(ns => ns["metadata"]!["labels"]![name] = "updated"));

        Assert.Equal("updated", updated.Label(name));
        Assert.Equal("updated", (await Namespaces.GetAsync(name)).Label(name));
    }

    [ConformanceFact("Namespace, apply changes to a namespace status")]
    public async Task Status_PatchedAndUpdated_IsSeen()
    {
        var name = await NewAsync("nsstatus");
        Assert.Equal("Active", (await Namespaces.GetAsync(name, "status")).Text("status/phase"));

        var patched = await Namespaces.PatchAsync(
            name, """{"metadata":{"annotations":{"e2e-patched-ns-status":"n"}},"status":{"conditions":[{"type":"StatusPatch","status":"True"}]}}""",
            ApiCollection.MergePatch, "status");
        var updated = await Namespaces.UpdateAsync(
            (await Namespaces.GetAsync(name, "status")).With(ns => ns["status"]!["conditions"]!.AsArray().Add(JsonNode.Parse(
                """{"type":"StatusUpdate","status":"True","reason":"E2E","message":"Updated by an e2e test"}"""))), "status");

        Assert.Equal("True", patched.Condition("StatusPatch"));
        Assert.Equal(("True", "True"), (updated.Condition("StatusPatch"), updated.Condition("StatusUpdate")));
        Assert.Equal("True", (await Namespaces.GetAsync(name)).Condition("StatusUpdate"));
    }

    [ConformanceFact("Namespace, apply finalizer to a namespace")]
    public async Task Finalize_AddsAndRemovesAFinalizer()
    {
        const string finalizer = "e2e.example.com/fakeFinalizer";
        var name = await NewAsync("nsfinalizer");

        var added = await Namespaces.UpdateAsync(
            (await Namespaces.GetAsync(name)).With(ns => ns["spec"]!["finalizers"]!.AsArray().Add(finalizer)), "finalize");
        var removed = await Namespaces.UpdateAsync(added.With(ns => ns["spec"]!["finalizers"] = new JsonArray("kubernetes")), "finalize");

        Assert.Equal(["kubernetes", finalizer], Finalizers(added));
        Assert.Equal(["kubernetes"], Finalizers(removed));
        Assert.Equal(["kubernetes"], Finalizers(await Namespaces.GetAsync(name)));

        static IEnumerable<string> Finalizers(JsonNode ns) => ns["spec"]!["finalizers"]!.AsArray().Select(each => each!.ToString());
    }

    [ConformanceFact("namespace-deletion-removes-pods")]
    public async Task Delete_NamespaceWithAPod_TakesItAlong()
    {
        await EndsAndComesBackEmptyAsync(ending.WithPod, "pods", "test-pod");
    }

    [ConformanceFact("namespace-deletion-removes-services")]
    public async Task Delete_NamespaceWithAService_TakesItAlong()
    {
        await EndsAndComesBackEmptyAsync(ending.WithService, "services", "test-service");
    }

    [ConformanceFact("Ordered Namespace Deletion")]
    public async Task Delete_Namespace_PodsGoFirst()
    {
        var (pods, maps) = (Of("pods", ending.Ordered), Of("configmaps", ending.Ordered));
        // The pod is held by a finalizer; while it is there, nothing else goes.
        await pods.UntilAsync("test-pod-1", pod => pod.Text("metadata/deletionTimestamp").Length > 0, "is being deleted");
        await Namespaces.UntilAsync(ending.Ordered, ns => ns.Condition("NamespaceFinalizersRemaining") == "True", "reports what finalizers remain");
        var kept = await maps.GetAsync("test-configmap");

        await pods.PatchAsync("test-pod-1", """{"metadata":{"finalizers":null}}""", ApiCollection.MergePatch);
        await Namespaces.UntilGoneAsync(ending.Ordered);

        Assert.Equal("", kept.Text("metadata/deletionTimestamp"));
    }

    private async Task EndsAndComesBackEmptyAsync(string name, string plural, string content)
    {
        await Namespaces.UntilGoneAsync(name);

        await NewAsync(name);

        var absent = await ApiRefusal.OfAsync(() => Of(plural, name).GetAsync(content));
        Assert.Equal((404, $"{plural} \"{content}\" not found"), (absent.Code, absent.Text));
    }

    private async Task<string> NewAsync(string name)
    {
        await Namespaces.CreateAsync($$$"""{"metadata":{"name":"{{{name}}}"}}""");
        return name;
    }
}
