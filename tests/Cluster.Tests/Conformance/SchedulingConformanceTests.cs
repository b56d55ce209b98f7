using System.Text.Json.Nodes;

using MiniK8s.Api.Quantities;
using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 9: which node a pod goes to, if any [test/e2e/scheduling/predicates.go].</summary>
[Collection("lab")]
public sealed class SchedulingConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    private const string Node = "node-1";

    [ConformanceFact("Scheduler, resource limits")]
    public async Task Requests_BeyondWhatIsFree_StayPending()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        var free = new Dictionary<string, long>();
        foreach (var node in (await Of("nodes").ListAsync()).Items()) free[node.Name()] = await FreeAsync(node);
        foreach (var (node, millis) in free) await pods.CreateAsync(Requesting($"filler-{node}", millis * 7 / 10, $$"""{"kubernetes.io/hostname":"{{node}}"}"""));
        foreach (var node in free.Keys) Assert.Equal(node, await NodeOfAsync(pods, $"filler-{node}"));

        await pods.CreateAsync(Requesting("additional", free.Values.Max() / 2, "{}"));

        Assert.Matches(@"^0/2 nodes are available: 2 Insufficient cpu\.", await WhyUnschedulableAsync(pods, "additional"));
        await pods.DeleteCollectionAsync("", """{"gracePeriodSeconds":0}""");
    }

    [ConformanceFact("Scheduler, node selector matching")]
    public async Task NodeSelector_OfOneNodesLabel_GoesThere()
    {
        var pods = Of("pods", await NewNamespaceAsync());
        await LabelAsync("\"42\"");
        try
        {
            await pods.CreateAsync(Pod("with-labels", more: """ "nodeSelector":{"e2e-selected":"42"}"""));

            Assert.Equal(Node, await NodeOfAsync(pods, "with-labels"));
        }
        finally
        {
            await LabelAsync("null");
        }

        Task LabelAsync(string value) => Of("nodes").PatchAsync(Node, $$$$"""{"metadata":{"labels":{"e2e-selected":{{{{value}}}}}}}""", ApiCollection.MergePatch);
    }

    [ConformanceFact("Scheduler, node selector not matching")]
    public async Task NodeSelector_OfNoNodesLabel_StaysPending()
    {
        var pods = Of("pods", await NewNamespaceAsync());

        await pods.CreateAsync(Pod("restricted", more: """ "nodeSelector":{"label":"nonempty"}"""));

        Assert.Matches(@"^0/2 nodes are available: 2 node\(s\) didn't match Pod's node affinity/selector\.", await WhyUnschedulableAsync(pods, "restricted"));
    }

    [ConformanceFact("Pod with the non-existing RuntimeClass is rejected")]
    public async Task RuntimeClass_ThatIsNotThere_PodIsRefused()
    {
        var pods = Of("pods", await NewNamespaceAsync());

        var refusal = await ApiRefusal.OfAsync(() => pods.CreateAsync(Pod("p", more: """ "runtimeClassName":"nonexistent" """)));

        Assert.Equal((403, "pods \"p\" is forbidden: pod rejected: RuntimeClass \"nonexistent\" not found"), (refusal.Code, refusal.Text));
    }

    [ConformanceFact("Pod with the deleted RuntimeClass is rejected")]
    public async Task RuntimeClass_ThatWasDeleted_PodIsRefused()
    {
        var (pods, classes) = (Of("pods", await NewNamespaceAsync()), Of("runtimeclasses"));
        await classes.CreateAsync("""{"metadata":{"name":"deleted"},"handler":"runc"}""");
        await classes.DeleteAsync("deleted");

        // The server's cache may have it for a moment longer.
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await pods.CreateAsync(Pod($"p-{Guid.NewGuid():N}", more: """ "runtimeClassName":"deleted" """));
                    return false;
                }
                catch (ApiRefusal refusal) when (refusal.Code == 403)
                {
                    return true;
                }
            },
            "the refusal");
    }

    [ConformanceFact("Can schedule a pod requesting existing RuntimeClass")]
    public async Task RuntimeClass_ThatIsThere_PodIsScheduledWhereItSays()
    {
        var (pods, classes) = (Of("pods", await NewNamespaceAsync()), Of("runtimeclasses"));
        await classes.CreateAsync($$$$"""{"metadata":{"name":"existing"},"handler":"runc","scheduling":{"nodeSelector":{"kubernetes.io/hostname":"{{{{Node}}}}"}}}""");

        await pods.CreateAsync(Pod("p", more: """ "runtimeClassName":"existing" """));

        Assert.Equal(Node, await NodeOfAsync(pods, "p"));
    }

    [ConformanceFact("RuntimeClass Overhead field must be respected")]
    public async Task RuntimeClass_Overhead_IsThePodsAndIsCounted()
    {
        var (pods, classes) = (Of("pods", await NewNamespaceAsync()), Of("runtimeclasses"));
        await classes.CreateAsync("""{"metadata":{"name":"small"},"handler":"runc","overhead":{"podFixed":{"cpu":"10m","memory":"1Mi"}}}""");
        await classes.CreateAsync("""{"metadata":{"name":"huge"},"handler":"runc","overhead":{"podFixed":{"cpu":"1k"}}}""");

        var small = await pods.CreateAsync(Pod("small", more: """ "runtimeClassName":"small" """));
        await pods.CreateAsync(Pod("huge", more: """ "runtimeClassName":"huge" """));

        Assert.Equal("""{"cpu":"10m","memory":"1Mi"}""", small["spec"]!["overhead"]!.ToJsonString());
        Assert.NotEqual("", await NodeOfAsync(pods, "small"));
        Assert.Matches(@"^0/2 nodes are available: 2 Insufficient cpu\.", await WhyUnschedulableAsync(pods, "huge"));
    }

    [ConformanceFact("Scheduling, HostPort and Protocol match, one HostIP 0.0.0.0")]
    public async Task HostPort_OnAllAddresses_ConflictsWithOneOnOne()
    {
        var pods = Of("pods", await NewNamespaceAsync());
        await pods.CreateAsync(Listening("pod4", 54322, "0.0.0.0", "TCP"));
        Assert.Equal(Node, await NodeOfAsync(pods, "pod4"));

        await pods.CreateAsync(Listening("pod5", 54322, "127.0.0.1", "TCP"));

        Assert.Contains("1 node(s) didn't have free ports for the requested pod ports", await WhyUnschedulableAsync(pods, "pod5"));
        await pods.DeleteCollectionAsync("", """{"gracePeriodSeconds":0}""");
    }

    [ConformanceFact("Scheduling, HostPort match, HostIP and Protocol not matching", Half = "the pods are on one node and run; nothing is sent to them")]
    public async Task HostPort_OtherAddressOrProtocol_DoesNotConflict()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        var address = (await Of("nodes").GetAsync(Node)).Text("status/addresses/0/address");
        await pods.CreateAsync(Listening("pod1", 54323, "127.0.0.2", "TCP"));
        await pods.CreateAsync(Listening("pod2", 54323, address, "TCP"));
        await pods.CreateAsync(Listening("pod3", 54323, address, "UDP"));

        foreach (var pod in (string[])["pod1", "pod2", "pod3"]) Assert.Equal(Node, (await UntilReadyAsync(ns, pod)).Text("spec/nodeName"));
        await pods.DeleteCollectionAsync("", """{"gracePeriodSeconds":0}""");
    }

    private static async Task<string> NodeOfAsync(ApiCollection pods, string name) =>
        (await pods.UntilAsync(name, pod => pod.Text("spec/nodeName").Length > 0, "is bound")).Text("spec/nodeName");

    private static async Task<string> WhyUnschedulableAsync(ApiCollection pods, string name)
    {
        var pod = await pods.UntilAsync(name, each => each.Condition("PodScheduled") == "False", "is found unschedulable");
        var condition = pod.At("status/conditions")!.AsArray().Single(each => each.Text("type") == "PodScheduled");
        Assert.Equal(("Pending", "", "Unschedulable"), (pod.Text("status/phase"), pod.Text("spec/nodeName"), condition.Text("reason")));
        return condition.Text("message");
    }

    /// <summary>What pods have left of a node's processors, in thousandths.</summary>
    private async Task<long> FreeAsync(JsonNode node)
    {
        var there = (await Of("pods").ListAsync()).Items().Where(pod => pod.Text("spec/nodeName") == node.Name() && pod.Text("status/phase") is not ("Succeeded" or "Failed"));
        var requests = there.SelectMany(pod => pod.At("spec/containers")!.AsArray()).Select(container => container.Text("resources/requests/cpu")).Where(cpu => cpu.Length > 0);
        return Quantity.Parse(node.Text("status/allocatable/cpu")).MilliValue - requests.Sum(cpu => Quantity.Parse(cpu).MilliValue);
    }

    private static string Requesting(string name, long millis, string selector) => $$$$"""
        {"metadata":{"name":"{{{{name}}}}"},"spec":{"nodeSelector":{{{{selector}}}},"terminationGracePeriodSeconds":1,
        "containers":[{"name":"main","image":"registry.k8s.io/pause:3.9","resources":{"requests":{"cpu":"{{{{millis}}}}m"}}}]}}
        """;

    private static string Listening(string name, int port, string address, string protocol) => $$$$"""
        {"metadata":{"name":"{{{{name}}}}"},"spec":{"nodeSelector":{"kubernetes.io/hostname":"{{{{Node}}}}"},"terminationGracePeriodSeconds":1,
        "containers":[{"name":"main","image":"registry.k8s.io/pause:3.9","ports":[{"containerPort":8080,"hostPort":{{{{port}}}},"hostIP":"{{{{address}}}}","protocol":"{{{{protocol}}}}"}]}]}}
        """;
}
