using System.Text.RegularExpressions;

using MiniK8s.Api.Quantities;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests;

/// <summary>A node with a disk of 200Mi that wants 150Mi of it free, as the real kubectl shows it.</summary>
public sealed partial class DiskPressureTests : IAsyncLifetime
{
    private const string DiskPressure = """{.status.conditions[?(@.type=="DiskPressure")].status} {.status.conditions[?(@.type=="DiskPressure")].reason}""";
    private const string Taint = "node.kubernetes.io/disk-pressure:NoSchedule";
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.StartWithAsync(
        new Dictionary<string, string>
        {
            ["MINIK8S_CAPACITY_EPHEMERAL_STORAGE"] = "200Mi", ["MINIK8S_EVICTION_HARD"] = "nodefs.available<150Mi", ["MINIK8S_EVICTION_PRESSURE_TRANSITION_PERIOD"] = "20s",
        },
        null, "--nodes", "1");

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [RequiresToolFact("kubectl")]
    public async Task DiskPressure_ThePodThatUsesMost_IsEvictedAndTheNodeMarkedUntilItIsOver()
    {
        await RunAsync("within", "for i in 1 2; do dd if=/dev/zero of=/$i bs=1M count=8; done", """resources: {requests: {ephemeral-storage: 20Mi}}""");
        await RunAsync("modest", "dd if=/dev/zero of=/big bs=1M count=8");
        foreach (var pod in (string[])["within", "modest"]) await WroteAsync(pod);
        Assert.Equal("False KubeletHasNoDiskPressure", await NodeAsync(DiskPressure));

        await using var nodes = await WatchRecording<Node>.StartAsync(_lab.Api, "", "metadata.name=node-1");
        await RunAsync("hog", "for i in 1 2 3 4; do dd if=/dev/zero of=/$i bs=1M count=8; done");

        var evicted = await _lab.Api.UntilPodAsync("default", "hog", pod => pod.Status.Phase == "Failed", "has Failed");
        // At once: what holds for 20 seconds is over before somebody slow has looked at everything. What the node showed meanwhile is recorded.
        await RunAsync("late", "true");
        AssertEvicted(evicted);
        var refused = await _lab.Api.UntilPodAsync("default", "late", pod => pod.Status.Phase == "Failed", "is refused");
        Assert.Equal(("Evicted", "Pod was rejected: The node had condition: [DiskPressure]. "), (refused.Status.Reason, refused.Status.Message));

        await nodes.UntilAsync(change => change.Object.Status.Conditions.Any(condition => condition is { Type: "DiskPressure", Status: "True", Reason: "KubeletHasDiskPressure" }), "the node's condition");
        await nodes.UntilAsync(change => change.Object.Spec?.Taints.Any(taint => $"{taint.Key}:{taint.Effect}" == Taint) == true, "the node's taint");

        await UntilNodeAsync(DiskPressure, "False KubeletHasNoDiskPressure");
        await UntilNodeAsync("{.spec.taints}", "");
        string[] told = ["Normal NodeHasDiskPressure", "Normal NodeHasNoDiskPressure", "Warning EvictionThresholdMet"];
        await Eventually.GetAsync(async () => string.Join(", ", (await NodeEventsAsync()).Order(StringComparer.Ordinal)), seen => seen == string.Join(", ", told), "the node's events");
        Assert.Equal("Running Running", await _lab.KubectlOkAsync("get", "pods", "within", "modest", "-o", "jsonpath={.items[*].status.phase}"));
        await RunAsync("after", "true");
        await _lab.Api.UntilRunningAsync("default", "after");
    }

    [RequiresToolFact("kubectl")]
    public async Task DiskPressure_EndedContainersAndUnusedImages_GoBeforeAnyPod()
    {
        // 48 MiB in a container that has ended: what brings the node under pressure is not what runs.
        await RunAsync("done", "for i in 1 2 3 4 5 6; do dd if=/dev/zero of=/$i bs=1M count=8; done; exit 0", "", "restartPolicy: Never");
        await RunAsync("steady", "true");
        await _lab.Api.UntilPodAsync("default", "done", pod => pod.Status.Phase == "Succeeded", "has Succeeded");
        await Eventually.TrueAsync(async () => (await NodeEventsAsync()).Contains("Warning EvictionThresholdMet"), "the node's event");

        // What it said went with it, and kubectl shows what the kubelet writes in its place.
        var log = await Eventually.GetAsync(
            async () => await _lab.KubectlOkAsync("logs", "done"), text => text.StartsWith("unable", StringComparison.Ordinal), "the pod's containers are removed");

        Assert.Matches("^unable to retrieve container logs for containerd://[0-9a-f]{64}$", log);
        var done = await _lab.Api.UntilPodAsync("default", "done", _ => true, "is there");
        Assert.Equal(("Succeeded", 0, "Completed"), (done.Status.Phase, done.Ended()!.ExitCode, done.Ended()!.Reason));
        await UntilNodeAsync(DiskPressure, "False KubeletHasNoDiskPressure");
        Assert.Equal("Running", await _lab.KubectlOkAsync("get", "pod", "steady", "-o", "jsonpath={.status.phase}"));
    }

    // How much there was at the moment of the look is a matter of when it came.
    private static void AssertEvicted(Pod pod)
    {
        var message = EvictedMessage().Match(pod.Status.Message);
        Assert.True(message.Success, pod.Status.Message);
        Assert.True(Quantity.Parse(message.Groups["available"].Value) < Quantity.Parse("150Mi"));
        Assert.InRange(Quantity.Parse(message.Groups["used"].Value).Value, 1, 33 << 20);
        Assert.Equal("Evicted", pod.Status.Reason);
        var disrupted = pod.Status.Conditions.Single(condition => condition.Type == "DisruptionTarget");
        Assert.Equal(("True", "TerminationByKubelet", pod.Status.Message), (disrupted.Status, disrupted.Reason, disrupted.Message));
    }

    [GeneratedRegex(
        "^The node was low on resource: ephemeral-storage. Threshold quantity: 150Mi, available: (?<available>\\d+(Ki|Mi)). "
        + "Container c was using (?<used>\\d+(Ki|Mi)), request is 0, has larger consumption of ephemeral-storage. $")]
    private static partial Regex EvictedMessage();

    private Task WroteAsync(string pod) => Eventually.TrueAsync(async () => (await _lab.KubectlAsync("logs", pod)).Output.EndsWith("written\n", StringComparison.Ordinal), $"{pod} has written");

    private Task<string> NodeAsync(string path) => _lab.KubectlOkAsync("get", "node", "node-1", "-o", $"jsonpath={path}");

    private Task UntilNodeAsync(string path, string text) => Eventually.GetAsync(async () => await NodeAsync(path), seen => seen == text, $"'{text}' of the node");

    // Each once. Their order says nothing: a machine so slow that its node is given up for a moment has NodeHasNoDiskPressure at its return, too.
    private async Task<IEnumerable<string>> NodeEventsAsync()
    {
        string[] about = ["EvictionThresholdMet", "NodeHasDiskPressure", "NodeHasNoDiskPressure"];
        var events = await _lab.KubectlOkAsync(
            "get", "events", "-n", "default", "--field-selector", "involvedObject.kind=Node", "-o", "jsonpath={range .items[*]}{.type} {.reason}|{end}");
        return events.Split('|').Distinct().Where(text => about.Any(reason => text.EndsWith($" {reason}", StringComparison.Ordinal)));
    }

    private async Task RunAsync(string name, string script, string container = "", string spec = "")
    {
        var manifest = $"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: {name}
            spec:
              nodeName: node-1
              terminationGracePeriodSeconds: 1
              {spec}
              containers:
              - name: c
                image: busybox:1.36
                command: ["sh", "-c", "{script}; echo written; exec sleep 3600"]
                {container}
            """;
        var applied = await _lab.KubectlWithInputAsync(manifest, "apply", "-f", "-");
        Assert.True(applied.ExitCode == 0, applied.Error);
    }
}
