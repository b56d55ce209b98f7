using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 24: PodDisruptionBudgets and evictions [test/e2e/apps/disruption.go].</summary>
[Collection("lab")]
public sealed class DisruptionConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    [ConformanceFact("PDB: create, update, patch, and delete object")]
    public async Task Budget_CreatedUpdatedPatchedDeleted()
    {
        var budgets = Of("poddisruptionbudgets", await NewNamespaceAsync());

        var created = await budgets.CreateAsync(Budget("foo", "\"minAvailable\":\"1%\""));
        var updated = await budgets.UpdateAsync(created.With(budget => budget["spec"]!["minAvailable"] = "2%"));
        var patched = await budgets.PatchAsync("foo", """{"spec":{"minAvailable":"3%"}}""");
        await budgets.DeleteAsync("foo");

        Assert.Equal(["1%", "2%", "3%"], new[] { created, updated, patched }.Select(budget => budget.Text("spec/minAvailable")));
        Assert.Equal(["1", "2", "3"], new[] { created, updated, patched }.Select(budget => budget.Text("metadata/generation")));
        Assert.Null(await budgets.FindAsync("foo"));
    }

    [ConformanceFact("PDB: update and patch status")]
    public async Task Status_UpdatedAndPatched_IsSeen()
    {
        var budgets = Of("poddisruptionbudgets", await NewNamespaceAsync());
        var created = await budgets.CreateAsync(Budget("foo", "\"minAvailable\":1"));

        var updated = await budgets.UpdateAsync(created.With(budget => budget["status"]!["disruptedPods"] = new JsonObject { ["pod-0"] = "2030-01-01T00:00:00Z" }), "status");
        var patched = await budgets.PatchAsync("foo", """{"status":{"disruptedPods":{"pod-0":null,"pod-1":"2030-01-01T00:00:00Z"}}}""", ApiCollection.MergePatch, "status");

        Assert.Equal(["pod-0"], Disrupted(updated));
        Assert.Equal(["pod-1"], Disrupted(patched));
        Assert.Equal(["pod-1"], Disrupted(await budgets.GetAsync("foo", "status")));
        Assert.Equal(created["spec"]!.ToJsonString(), patched["spec"]!.ToJsonString());

        static IEnumerable<string> Disrupted(JsonNode budget) => budget["status"]!["disruptedPods"]!.AsObject().Select(pod => pod.Key);
    }

    [ConformanceFact("PDB: block an eviction until the PDB is updated", Half = "the API: the test writes the budget's status, which no controller computes yet")]
    public async Task Eviction_OverTheBudget_WaitsUntilItIsUpdated()
    {
        var ns = await NewNamespaceAsync();
        var (pods, budgets) = (Of("pods", ns), Of("poddisruptionbudgets", ns));
        await pods.CreateAsync(Pod("pod-0", """{"foo":"bar"}"""));
        await UntilReadyAsync(ns, "pod-0");
        await budgets.CreateAsync(Budget("foo", "\"minAvailable\":1"));
        await ReportAsync(budgets, allowed: 0, healthy: 1, desired: 1);

        var refused = await EvictAsync(ns, "pod-0");
        await budgets.PatchAsync("foo", """{"spec":{"minAvailable":0}}""", ApiCollection.MergePatch);
        var unprocessed = await EvictAsync(ns, "pod-0");
        await ReportAsync(budgets, allowed: 1, healthy: 1, desired: 0);
        var evicted = await EvictAsync(ns, "pod-0");

        Assert.Equal((429, "Cannot evict pod as it would violate the pod's disruption budget."), (refused.Code, JsonNode.Parse(refused.Body).Text("message")));
        Assert.Equal("The disruption budget foo needs 1 healthy pods and has 1 currently", JsonNode.Parse(refused.Body).Text("details/causes/0/message"));
        Assert.Equal((429, "The disruption budget foo is still being processed by the server."), (unprocessed.Code, JsonNode.Parse(unprocessed.Body).Text("details/causes/0/message")));
        Assert.Equal(201, evicted.Code);
        var booked = await budgets.GetAsync("foo");
        Assert.Equal("0", booked.Text("status/disruptionsAllowed"));
        Assert.Equal("pod-0", Assert.Single(booked["status"]!["disruptedPods"]!.AsObject()).Key);
        await pods.UntilGoneAsync("pod-0");
    }

    [ConformanceFact("PDB: list and delete collection")]
    public async Task DeleteCollection_ByLabel_RemovesTheSetOfOneNamespace()
    {
        var (here, there) = (Of("poddisruptionbudgets", await NewNamespaceAsync()), Of("poddisruptionbudgets", await NewNamespaceAsync()));
        foreach (var name in new[] { "foo", "foo2" }) await here.CreateAsync(Budget(name, "\"minAvailable\":1", """{"set":"pdb"}"""));
        await there.CreateAsync(Budget("foo3", "\"minAvailable\":1", """{"set":"pdb"}"""));
        Assert.Equal(["foo", "foo2", "foo3"], (await Of("poddisruptionbudgets").SelectAsync("set=pdb")).Select(budget => budget.Name()).Order());

        await here.DeleteCollectionAsync("set=pdb");

        Assert.Equal(["foo3"], (await Of("poddisruptionbudgets").SelectAsync("set=pdb")).Select(budget => budget.Name()));
    }

    private Task<ClusterKit.RestAnswer> EvictAsync(string ns, string pod) => AskAsync(
        HttpMethod.Post, $"{Of("pods", ns).Path}/{pod}/eviction", $$$"""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"{{{pod}}}","namespace":"{{{ns}}}"}}""");

    /// <summary>What the disruption controller would write.</summary>
    private static async Task ReportAsync(ApiCollection budgets, int allowed, int healthy, int desired) =>
        await budgets.PatchAsync("foo", $$$"""
            {"status":{"observedGeneration":{{{(await budgets.GetAsync("foo")).Text("metadata/generation")}}},"disruptionsAllowed":{{{allowed}}},"currentHealthy":{{{healthy}}},"desiredHealthy":{{{desired}}},"expectedPods":1}}
            """, ApiCollection.MergePatch, "status");

    private static string Budget(string name, string more, string labels = "{}") =>
        $$$"""{"metadata":{"name":"{{{name}}}","labels":{{{labels}}}},"spec":{"selector":{"matchLabels":{"foo":"bar"}},{{{more}}}}}""";
}
