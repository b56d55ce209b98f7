using System.Globalization;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>What becomes of pods that use too much, as the real kubectl shows it. node-1 runs out of memory and stays marked for 5 minutes; all else is on node-2.</summary>
public sealed class ResourcesTests(SharedLab shared) : IClassFixture<SharedLab>, IAsyncLifetime
{
    private readonly Lab _lab = shared.Lab;
    private string _namespace = "";

    public async Task InitializeAsync() => _namespace = await shared.NewNamespaceAsync();

    public Task DisposeAsync() => _lab.KubectlOkAsync("delete", "namespace", _namespace, "--timeout=120s");

    [RequiresToolFact("kubectl")]
    public async Task OutOfMemory_BeyondItsLimit_IsOomKilledAndRestarts()
    {
        await RunAsync("leak", "node-2", "polinux/stress", """["stress", "--vm", "1", "--vm-bytes", "200M"]""", """resources: {limits: {memory: 100Mi}}""");

        await _lab.Api.UntilPodAsync(_namespace, "leak", pod => pod.Status.ContainerStatuses is [{ RestartCount: > 0 }], "has been restarted");

        var last = await GetAsync("pod", "leak", "-o", "jsonpath={.status.containerStatuses[0].lastState.terminated.reason} {.status.containerStatuses[0].lastState.terminated.exitCode}");
        Assert.Equal("OOMKilled 137", last);
    }

    [RequiresToolFact("kubectl")]
    public async Task OutOfMemory_OfTheNode_IsAnEventOfTheNode()
    {
        await RunAsync("glutton", "node-2", "polinux/stress", """["stress", "--vm", "1", "--vm-bytes", "9G"]""", "");

        await _lab.Api.UntilPodAsync(
            _namespace, "glutton", pod => pod.Status.ContainerStatuses is [{ RestartCount: > 0, LastState.Terminated: { Reason: "OOMKilled", ExitCode: 137 } }], "is killed for want of memory");

        await EventAsync("default", "involvedObject.kind=Node,involvedObject.name=node-2,reason=SystemOOM", "Warning System OOM encountered, victim process: stress, pid: 1");
    }

    [RequiresToolFact("kubectl")]
    public async Task MemoryPressure_TheLargestAboveItsRequest_IsEvictedAndTheNodeMarked()
    {
        await RunAsync("steady", "node-1", "busybox:1.36", """["sleep", "3600"]""", """resources: {requests: {memory: 100Mi}}""");
        await _lab.Api.UntilRunningAsync(_namespace, "steady");

        await RunAsync("hog", "node-1", "polinux/stress", """["stress", "--vm", "1", "--vm-bytes", "8493465600"]""", "");

        const string why =
            "The node was low on resource: memory. Threshold quantity: 100Mi, available: 90Mi. Container c was using 8101Mi, request is 0, has larger consumption of memory. ";
        var evicted = await _lab.Api.UntilPodAsync(_namespace, "hog", pod => pod.Status.Phase == "Failed", "has Failed");
        Assert.Equal(("Evicted", why), (evicted.Status.Reason, evicted.Status.Message));
        var disrupted = evicted.Status.Conditions.Single(condition => condition.Type == "DisruptionTarget");
        Assert.Equal(("True", "TerminationByKubelet", why), (disrupted.Status, disrupted.Reason, disrupted.Message));
        await EventAsync(_namespace, "reason=Evicted", $"Warning {why}");
        var annotations = await GetAsync("events", "--field-selector", "reason=Evicted", "-o", "jsonpath={.items[0].metadata.annotations}");
        Assert.Equal("""{"offending_containers":"c","offending_containers_usage":"8101Mi","starved_resource":"memory"}""", annotations);
        await EventAsync("default", "involvedObject.name=node-1,reason=EvictionThresholdMet", "Warning Attempting to reclaim memory");
        await EventAsync("default", "involvedObject.name=node-1,reason=NodeHasInsufficientMemory", "Normal Node node-1 status is now: NodeHasInsufficientMemory");
        await Eventually.GetAsync(
            async () => await _lab.KubectlOkAsync("get", "node", "node-1", "-o", "jsonpath={.spec.taints[*].key}:{.spec.taints[*].effect}"),
            text => text == "node.kubernetes.io/memory-pressure:NoSchedule", "the node's taint");
        Assert.Equal("Running", await GetAsync("pod", "steady", "-o", "jsonpath={.status.phase}"));

        await RunAsync("late", "node-1", "busybox:1.36", """["sleep", "3600"]""", "");
        var refused = await _lab.Api.UntilPodAsync(_namespace, "late", pod => pod.Status.Phase == "Failed", "is refused");
        Assert.Equal(("Evicted", "Pod was rejected: The node had condition: [MemoryPressure]. "), (refused.Status.Reason, refused.Status.Message));
        Assert.Matches(@"(?m)^late +0/1 +Evicted +0 ", await GetAsync("pod", "late"));
    }

    [RequiresToolFact("kubectl")]
    public async Task EphemeralStorage_BeyondTheVolumesLimit_IsEvicted()
    {
        await RunAsync(
            "writer", "node-2", "busybox:1.36", """["sh", "-c", "dd if=/dev/zero of=/scratch/big bs=1M count=2; sleep 3600"]""", "volumeMounts: [{name: scratch, mountPath: /scratch}]",
            "volumes: [{name: scratch, emptyDir: {sizeLimit: 1Mi}}]");

        var evicted = await _lab.Api.UntilPodAsync(_namespace, "writer", pod => pod.Status.Phase == "Failed", "has Failed");

        Assert.Equal(("Evicted", "Usage of EmptyDir volume \"scratch\" exceeds the limit \"1Mi\". "), (evicted.Status.Reason, evicted.Status.Message));
        Assert.DoesNotContain(evicted.Status.Conditions, condition => condition.Type == "DisruptionTarget");
        Assert.Equal(137, evicted.Ended()!.ExitCode);
    }

    [RequiresToolFact("kubectl")]
    public async Task Top_PodsAndNodes_ShowWhatTheyUse()
    {
        await RunAsync("busy", "node-2", "polinux/stress", """["stress", "--cpu", "2", "--vm", "1", "--vm-bytes", "104857600"]""", """resources: {limits: {cpu: 500m}}""");
        await _lab.Api.UntilRunningAsync(_namespace, "busy");

        var pods = await Eventually.GetAsync(async () => await _lab.KubectlOkAsync("top", "pods", "-n", _namespace), text => text.Contains("busy"), "the pod in kubectl top");
        var containers = await _lab.KubectlOkAsync("top", "pod", "busy", "--containers", "-n", _namespace, "--no-headers");
        var node = await _lab.KubectlOkAsync("top", "node", "node-2", "--no-headers");
        var raw = await _lab.KubectlOkAsync("get", "--raw", $"/apis/metrics.k8s.io/v1beta1/namespaces/{_namespace}/pods/busy");

        Assert.Matches(@"^NAME +CPU\(cores\) +MEMORY\(bytes\) *\nbusy +500m +101Mi *\n$", pods);
        Assert.Matches(@"^busy +c +500m +101Mi *\n$", containers);
        Assert.Matches(@"^node-2 +5\d\dm +1\d% +1\d\dMi +1% *\n$", node);
        Assert.Matches(
            """^{"kind":"PodMetrics","apiVersion":"metrics.k8s.io/v1beta1","metadata":{"name":"busy","namespace":"NS","creationTimestamp":"[^"]+"},"timestamp":"[^"]+","window":"15s","containers":\[{"name":"c","usage":{"cpu":"500m","memory":"101Mi"}}\]}\s*$"""
                .Replace("NS", _namespace, StringComparison.Ordinal),
            raw);
    }

    [RequiresToolFact("kubectl")]
    public async Task CpuThrottling_BeyondTheLimit_IsOnTheCgroupsAccount()
    {
        await RunAsync("throttled", "node-2", "polinux/stress", """["stress", "--cpu", "2"]""", """resources: {limits: {cpu: 500m}}""");
        await _lab.Api.UntilRunningAsync(_namespace, "throttled");

        var account = await Eventually.GetAsync(
            async () => await _lab.KubectlOkAsync("exec", "throttled", "-n", _namespace, "--", "cat", "/sys/fs/cgroup/cpu.max", "/sys/fs/cgroup/cpu.stat"),
            text => text.Contains("nr_periods", StringComparison.Ordinal) && Number(text, "nr_periods") >= 20, "two seconds of periods");

        Assert.StartsWith("50000 100000\nusage_usec ", account);
        Assert.Equal(Number(account, "nr_periods"), Number(account, "nr_throttled"));
        // Of two cores it has half a one, and goes without one and a half.
        Assert.InRange(Number(account, "throttled_usec") / (double)Number(account, "usage_usec"), 2.9, 3.1);
    }

    private static long Number(string account, string name) =>
        long.Parse(account.Split('\n').Single(line => line.StartsWith($"{name} ", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);

    private Task<string> GetAsync(params string[] what) => _lab.KubectlOkAsync(["get", .. what, "-n", _namespace]);

    private Task EventAsync(string ns, string selector, string text) => Eventually.TrueAsync(
        async () => (await _lab.KubectlOkAsync("get", "events", "-n", ns, "--field-selector", selector, "-o", "jsonpath={range .items[*]}{.type} {.message}|{end}")).Split('|').Contains(text),
        $"event {text}");

    private async Task RunAsync(string name, string node, string image, string command, string container, string spec = "")
    {
        var manifest = $"""
            apiVersion: v1
            kind: Pod
            metadata:
              name: {name}
            spec:
              nodeName: {node}
              terminationGracePeriodSeconds: 1
              {spec}
              containers:
              - name: c
                image: {image}
                command: {command}
                {container}
            """;
        var applied = await _lab.KubectlWithInputAsync(manifest, "apply", "-n", _namespace, "-f", "-");
        Assert.True(applied.ExitCode == 0, applied.Error);
    }
}
