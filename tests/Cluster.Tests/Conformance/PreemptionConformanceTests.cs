using System.Text.Json.Nodes;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 9: pods that make room for more important ones [test/e2e/scheduling/preemption.go]. The nodes are full of a resource that no other test knows.</summary>
[Collection("lab")]
public sealed class PreemptionConformanceTests(SharedLab shared) : ConformanceTests(shared), IAsyncLifetime
{
    private const string Resource = "scheduling.k8s.io/foo";
    private static readonly string[] Nodes = ["node-1", "node-2"];

    public async Task InitializeAsync()
    {
        foreach (var (name, value) in new[] { ("e2e-low", 1), ("e2e-medium", 100), ("e2e-high", 1000), ("e2e-highest", 2000) })
            await Of("priorityclasses").CreateAsync($$$"""{"metadata":{"name":"{{{name}}}","labels":{"e2e":"preemption"}},"value":{{{value}}}}""");
    }

    public async Task DisposeAsync()
    {
        foreach (var node in Nodes) await OfferAsync(node, "null");
        await Of("priorityclasses").DeleteCollectionAsync("e2e=preemption");
    }

    [ConformanceFact("Scheduler, Basic Preemption")]
    public async Task HighPriority_FullNodes_LowestGoes()
    {
        var (ns, low) = await FillAsync();

        await Of("pods", ns).CreateAsync(Wanting("preemptor", "e2e-high", 3));

        await AssertTookTheRoomOfAsync(ns, low, ns, "preemptor");
    }

    [ConformanceFact("Scheduler, Preemption for critical pod")]
    public async Task Critical_FullNodes_LowestGoes()
    {
        var (ns, low) = await FillAsync();
        var pods = Of("pods", "kube-system");
        try
        {
            await pods.CreateAsync(Wanting("critical-pod", "system-cluster-critical", 3));

            await AssertTookTheRoomOfAsync(ns, low, "kube-system", "critical-pod");
        }
        finally
        {
            await pods.DeleteAsync("critical-pod", """{"gracePeriodSeconds":0}""");
        }
    }

    [ConformanceFact("Verify the DisruptionTarget condition is added to the preempted pod")]
    public async Task Victim_HeldByAFinalizer_SaysWhyItEnds()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await OfferAsync(Nodes[0], "\"1\"");
        await pods.CreateAsync(Wanting("victim", "e2e-low", 1, finalizer: "example.com/test-finalizer"));
        await UntilReadyAsync(ns, "victim");

        await pods.CreateAsync(Wanting("preemptor", "e2e-high", 1));

        var victim = await pods.UntilAsync("victim", pod => pod.Text("metadata/deletionTimestamp").Length > 0 && pod.Condition("DisruptionTarget") == "True", "is ending and says why");
        var condition = victim.At("status/conditions")!.AsArray().Single(each => each.Text("type") == "DisruptionTarget");
        Assert.Equal(
            ("PreemptionByScheduler", "default-scheduler: preempting to accommodate a higher priority pod"),
            (condition.Text("reason"), condition.Text("message")));
        await UntilReadyAsync(ns, "preemptor");
        Assert.Equal("True", (await pods.GetAsync("victim")).Condition("DisruptionTarget"));
        await pods.PatchAsync("victim", """{"metadata":{"finalizers":null}}""", ApiCollection.MergePatch);
    }

    [ConformanceFact("Pod preemption verification", Half = "the replicas are kept by the test, until the ReplicaSet controller is there")]
    public async Task FourPriorities_OneNode_TheMoreImportantOnesHaveIt()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await OfferAsync(Nodes[0], "\"1000\"");
        await using (var replicas = await KeptReplicas.StartAsync(pods))
        {
            foreach (var (name, priority, amount) in new[] { ("pod1", "e2e-low", 200), ("pod2", "e2e-medium", 300), ("pod3", "e2e-high", 450) })
            {
                await replicas.KeepAsync(name, 1, WantingAs($"\"generateName\":\"rs-{name}-\",\"labels\":{{\"name\":\"{name}\"}}", priority, amount));
                await UntilAsync(pods, name, pod => pod.Condition("Ready") == "True", "Ready");
            }

            await pods.CreateAsync(Wanting("pod4", "e2e-highest", 500));

            await UntilReadyAsync(ns, "pod4");
            // Each of the two that had to go has a successor, which finds no room and makes none: pod1's nobody's, pod2's none that pod1 has.
            await replicas.UntilSeenAsync(("pod1", 2), ("pod2", 2), ("pod3", 1));
            foreach (var name in new[] { "pod1", "pod2" })
                await UntilAsync(pods, name, pod => pod.At("status/conditions")?.AsArray().Any(each => each.Text("type") == "PodScheduled" && each.Text("reason") == "Unschedulable") == true, "Unschedulable");
            await UntilAsync(pods, "pod3", pod => pod.Condition("Ready") == "True", "Ready");
            await replicas.UntilSeenAsync(("pod1", 2), ("pod2", 2), ("pod3", 1));
        }
        await pods.DeleteCollectionAsync("", """{"gracePeriodSeconds":0}""");
    }

    // Of a set's pods one is left, and it is so.
    private static Task UntilAsync(ApiCollection pods, string set, Func<JsonNode, bool> fits, string what) => Eventually.TrueAsync(
        async () => await pods.SelectAsync($"name={set}") is [var only] && only.Text("metadata/deletionTimestamp").Length == 0 && fits(only), $"one pod of {set}, which is {what}");

    // On each node two pods of 2 take 4 of 5; one of the four is less important than the others.
    private async Task<(string Namespace, string Low)> FillAsync()
    {
        var ns = await NewNamespaceAsync();
        foreach (var node in Nodes)
        {
            await OfferAsync(node, "\"5\"");
            foreach (var number in new[] { 0, 1 })
                await Of("pods", ns).CreateAsync(Wanting($"{node}-{number}", node == Nodes[1] && number == 1 ? "e2e-low" : "e2e-medium", 2, node));
        }
        foreach (var pod in (await Of("pods", ns).ListAsync()).Items()) await UntilReadyAsync(ns, pod.Name());
        return (ns, $"{Nodes[1]}-1");
    }

    private async Task AssertTookTheRoomOfAsync(string ns, string victim, string preemptorsNamespace, string preemptor)
    {
        Assert.Equal(Nodes[1], (await UntilReadyAsync(preemptorsNamespace, preemptor)).Text("spec/nodeName"));
        await UntilGoneAsync(Of("pods", ns), victim);
        var left = (await Of("pods", ns).ListAsync()).Items().Where(pod => pod.Name() != preemptor).ToList();
        Assert.Equal([$"{Nodes[0]}-0", $"{Nodes[0]}-1", $"{Nodes[1]}-0"], left.Select(pod => pod.Name()).Order());
        Assert.All(left, pod => Assert.Equal("", pod.Text("metadata/deletionTimestamp")));
        var uid = (await Of("pods", preemptorsNamespace).GetAsync(preemptor)).Text("metadata/uid");
        await Eventually.TrueAsync(async () => await PreemptionsAsync(ns) is { Count: > 0 }, "the victim's event");
        Assert.Equal([$"Normal {victim} Preempting: Preempted by pod {uid} on node {Nodes[1]}"], await PreemptionsAsync(ns));
        await Of("pods", ns).DeleteCollectionAsync("", """{"gracePeriodSeconds":0}""");
    }

    private async Task<IReadOnlyList<string>> PreemptionsAsync(string ns) =>
    [
        .. (await Of("events", ns).ListAsync()).Items().Where(each => each.Text("reason") == "Preempted")
            .Select(each => $"{each.Text("type")} {each.Text("involvedObject/name")} {each.Text("action")}: {each.Text("message")}"),
    ];

    // A victim gives its room when it has ended; its object goes a moment later.
    private static Task UntilGoneAsync(ApiCollection pods, string name) => Eventually.TrueAsync(async () => await pods.FindAsync(name) is null, $"the end of {name}");

    private Task<JsonNode> OfferAsync(string node, string amount) => Of("nodes").PatchAsync(
        node, $$$$"""{"status":{"capacity":{"{{{{Resource}}}}":{{{{amount}}}}},"allocatable":{"{{{{Resource}}}}":{{{{amount}}}}}}}""", ApiCollection.MergePatch, "status");

    private static string Wanting(string name, string priorityClass, int amount, string node = "", string finalizer = "") => WantingAs(
        $"\"name\":\"{name}\",\"finalizers\":[{(finalizer.Length > 0 ? $"\"{finalizer}\"" : "")}]", priorityClass, amount, node);

    private static string WantingAs(string metadata, string priorityClass, int amount, string node = "") => $$$$"""
        {"metadata":{{{{{metadata}}}}},
        "spec":{"priorityClassName":"{{{{priorityClass}}}}","terminationGracePeriodSeconds":1,"nodeSelector":{{{{{(node.Length > 0 ? $"\"kubernetes.io/hostname\":\"{node}\"" : "")}}}}},
        "containers":[{"name":"main","image":"registry.k8s.io/pause:3.9","resources":{"requests":{"{{{{Resource}}}}":"{{{{amount}}}}"},"limits":{"{{{{Resource}}}}":"{{{{amount}}}}"}}}]}}
        """;
}
