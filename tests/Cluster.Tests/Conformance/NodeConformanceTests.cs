using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 8: leases and nodes [test/e2e/common/node/lease.go, test/e2e/node/node_lifecycle.go], and bindings, which upstream has no item for.</summary>
[Collection("lab")]
public sealed class NodeConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    [ConformanceFact("lease API should be available")]
    public async Task Lease_AllVerbs_SpecIsReadBackUnchanged()
    {
        var leases = Of("leases", await NewNamespaceAsync());
        var (first, second, third) = (Spec("holder", 30, 2, 5, 0), Spec("holder2", 30, 20, 50, 1), Spec("holder3", 60, 50, 59, 2));

        await leases.CreateAsync($$"""{"metadata":{"name":"lease"},"spec":{{first}}}""");
        var created = await leases.GetAsync("lease");
        await leases.UpdateAsync(created.With(lease => lease["spec"] = JsonNode.Parse(second)));
        var updated = await leases.GetAsync("lease");
        await leases.PatchAsync("lease", $$"""{"spec":{{third}}}""");
        var patched = await leases.GetAsync("lease");

        Assert.Equal([first, second, third], new[] { created, updated, patched }.Select(lease => lease["spec"]!.ToJsonString()));

        await leases.CreateAsync($$$"""{"metadata":{"name":"lease2","labels":{"deletecollection":"true"}},"spec":{{{first}}}}""");
        Assert.Equal(["lease", "lease2"], (await leases.ListAsync()).Names());
        await leases.DeleteCollectionAsync("deletecollection=true");
        Assert.Equal(["lease"], (await leases.ListAsync()).Names());
        await leases.DeleteAsync("lease");
        Assert.Null(await leases.FindAsync("lease"));
        Assert.NotEmpty((await Of("leases").ListAsync()).Items());
    }

    [ConformanceFact("Node, resource lifecycle")]
    public async Task Node_CreatedReadPatchedListedUpdatedDeleted()
    {
        const string name = "e2e-fake-node";
        var nodes = Of("nodes");
        var created = await nodes.CreateAsync(
            $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"unschedulable":true},"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True","reason":"E2E","message":"Set from e2e test"}]}}""");

        var read = await nodes.GetAsync(name);
        var patched = await nodes.PatchAsync(name, $$$$"""{"metadata":{"labels":{"{{{{name}}}}":"patched"}}}""");
        var listed = await nodes.SelectAsync($"{name}=patched");
        // The node lifecycle controller may write in between.
        var updated = await ClusterKit.Eventually.GetAsync(async () =>
        {
            try
            {
                return await nodes.UpdateAsync((await nodes.GetAsync(name)).With(node => node["metadata"]!["labels"]![name] = "updated"));
            }
            catch (ApiRefusal refusal) when (refusal.Code == 409)
            {
                return null;
            }
        }, _ => true, "the node is updated");
        await nodes.DeleteAsync(name);

        Assert.Equal((name, name), (created.Name(), read.Name()));
        Assert.Equal(("patched", "updated"), (patched.Label(name), updated.Label(name)));
        Assert.True(long.Parse(created.Version()) < long.Parse(patched.Version()));
        Assert.Equal(name, Assert.Single(listed).Name());
        await nodes.UntilGoneAsync(name);
    }

    [ConformanceFact("Conformance tests minimum number of nodes")]
    public async Task Nodes_AtLeastTwo_TakePods()
    {
        var nodes = (await Of("nodes").ListAsync()).Items().Where(node =>
            node.Condition("Ready") == "True" && node.Text("spec/unschedulable") != "true" && (node.At("spec/taints") as JsonArray ?? []).Count == 0);

        Assert.InRange(nodes.Count(), 2, int.MaxValue);
    }

    [Fact]
    public async Task Binding_BoundPodMissingPodAndWrongUid_AreRefused()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await pods.CreateAsync(Pod("waiting", more: "\"schedulerName\":\"nobody\""));
        var other = await BindAsync("waiting", """{"uid":"00000000-0000-0000-0000-000000000000"}""", "node-1");
        // Whether the node is there is not the API's business: its Pods wait for it.
        var missing = await BindAsync("waiting", "{}", "no-such-node");
        var again = await BindAsync("waiting", "{}", "node-1");
        var absent = await BindAsync("absent", "{}", "node-1");

        Assert.Equal(409, other.Code);
        Assert.Equal((201, ""), missing);
        Assert.Equal((409, "Operation cannot be fulfilled on pods/binding \"waiting\": pod waiting is already assigned to node \"no-such-node\""), again);
        Assert.Equal((404, "pods \"absent\" not found"), absent);
        Assert.Equal("no-such-node", (await pods.GetAsync("waiting")).Text("spec/nodeName"));

        async Task<(int Code, string Message)> BindAsync(string pod, string metadata, string node)
        {
            var answer = await AskAsync(
                HttpMethod.Post, $"{pods.Path}/{pod}/binding", $$$"""{"apiVersion":"v1","kind":"Binding","metadata":{{{metadata}}},"target":{"apiVersion":"v1","kind":"Node","name":"{{{node}}}"}}""");
            return (answer.Code, JsonNode.Parse(answer.Body).Text("message"));
        }
    }

    // Upstream's times: seconds into the first year of all.
    private static string Spec(string holder, int seconds, int acquired, int renewed, int transitions) =>
        $$"""{"holderIdentity":"{{holder}}","leaseDurationSeconds":{{seconds}},"acquireTime":"0001-01-01T00:00:{{acquired:00}}.000000Z","renewTime":"0001-01-01T00:00:{{renewed:00}}.000000Z","leaseTransitions":{{transitions}}}""";
}
