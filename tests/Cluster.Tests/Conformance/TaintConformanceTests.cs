using System.Text.Json.Nodes;

using MiniK8s.ClusterKit;

using Pod = MiniK8s.Protocol.Core.V1.Pod;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 9: taints that drive pods out [test/e2e/node/taints.go].</summary>
/// <remarks>In a lab of their own: a taint spares nobody's pods. Upstream's seconds are longer.</remarks>
public sealed class TaintConformanceTests(SharedLab shared) : ConformanceTests(shared), IClassFixture<SharedLab>
{
    private const string Node = "node-1";
    private const string Key = "kubernetes.io/e2e-evict-taint-key";
    private const int Grace = 3;

    [ConformanceFact("Taint, Pod Eviction on taint removal")]
    public async Task TaintRemoved_BeforeTheTolerationEnds_PodStays()
    {
        const int Seconds = 10;         // the second below, and room for a machine that stands still
        var ns = await NewNamespaceAsync();
        var before = await RunAsync(ns, "taint-eviction-4", Seconds);

        await TaintAsync(true);
        await Task.Delay(TimeSpan.FromSeconds(1));      // as upstream: long enough to be planned
        await TaintAsync(false);
        await EventAsync(ns, $"Cancelling deletion of Pod {ns}/taint-eviction-4");
        await Task.Delay(TimeSpan.FromSeconds(Seconds));

        var after = await Of("pods", ns).GetAsync("taint-eviction-4");
        Assert.Null(after.At("metadata/deletionTimestamp"));
        Assert.Equal(before["status"]!["containerStatuses"]!.ToJsonString(), after["status"]!["containerStatuses"]!.ToJsonString());
    }

    [ConformanceFact("Pod Eviction, Toleration limits")]
    public async Task TwoLimits_EachPodGoesAtItsOwnTime()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await RunAsync(ns, "taint-eviction-b1", 2);
        await RunAsync(ns, "taint-eviction-b2", 6);
        await using var watch = await WatchRecording<Pod>.StartAsync(Lab.Api, ns);

        var tainted = DateTimeOffset.UtcNow;
        try
        {
            await TaintAsync(true);
            var first = await AskedToGoAsync("taint-eviction-b1");
            var second = await AskedToGoAsync("taint-eviction-b2");
            foreach (var pod in (string[])["taint-eviction-b1", "taint-eviction-b2"]) await pods.UntilGoneAsync(pod);

            // The API's times are whole seconds.
            Assert.True(first - tainted >= TimeSpan.FromSeconds(2 - 1), $"tainted at {tainted:T}, the first evicted at {first:T}");
            Assert.True(second - tainted >= TimeSpan.FromSeconds(6 - 1), $"tainted at {tainted:T}, the second evicted at {second:T}");
            await EventAsync(ns, $"Marking for deletion Pod {ns}/taint-eviction-b1");
        }
        finally
        {
            await TaintAsync(false);
        }

        async Task<DateTimeOffset> AskedToGoAsync(string pod)
        {
            var leaving = await watch.UntilAsync(change => change.Object.Metadata.Name == pod && change.Object.IsTerminating(), $"{pod} is evicted");
            return leaving[^1].Object.Metadata.DeletionTimestamp.ToDateTimeOffset() - TimeSpan.FromSeconds(Grace);
        }
    }

    private async Task<JsonNode> RunAsync(string ns, string name, int seconds)
    {
        var more = $$"""
            "terminationGracePeriodSeconds":{{Grace}},"nodeSelector":{"kubernetes.io/hostname":"{{Node}}"},
            "tolerations":[{"key":"{{Key}}","operator":"Equal","value":"evictTaintVal","effect":"NoExecute","tolerationSeconds":{{seconds}}}]
            """;
        // Deaf, so that it is there for as long as its grace.
        await Of("pods", ns).CreateAsync(Script(name, "trap '' TERM; while true; do sleep 1; done", more));
        return await UntilReadyAsync(ns, name);
    }

    private Task TaintAsync(bool isOn)
    {
        var taint = $$"""{"key":"{{Key}}","value":"evictTaintVal","effect":"NoExecute"}""";
        return Of("nodes").PatchAsync(Node, $$$"""{"spec":{"taints":[{{{(isOn ? taint : "")}}}]}}""", ApiCollection.MergePatch);
    }

    private Task EventAsync(string ns, string message) => Eventually.TrueAsync(
        async () => (await Of("events", ns).ListAsync()).Items().Any(each => each.Text("reason") == "TaintManagerEviction" && each.Text("message") == message), message);
}
