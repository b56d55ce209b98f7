using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;

using Event = MiniK8s.Protocol.Core.V1.Event;

namespace MiniK8s.Cluster.Tests;

/// <summary>What a node does of its own accord: static pods, room for critical pods, a shutdown in good order. Each test has its node to itself.</summary>
public sealed class NodeTests(SharedLab shared) : IClassFixture<SharedLab>, IAsyncLifetime
{
    private readonly Lab _lab = shared.Lab;
    private string _namespace = "";

    public async Task InitializeAsync() => _namespace = await shared.NewNamespaceAsync();

    public Task DisposeAsync() => _lab.KubectlOkAsync("delete", "namespace", _namespace, "--timeout=120s");

    [Fact]
    public async Task StaticPod_EditedDeletedAndTakenAway_FollowsItsManifestAlone()
    {
        using var manifest = Write("web", "nginx:1.25");
        var first = await MirrorAsync("web", _ => true);
        Assert.Equal(("Node", "node-1", true), (first.Metadata.OwnerReferences[0].Kind, first.Metadata.OwnerReferences[0].Name, first.Metadata.OwnerReferences[0].Controller));

        // Deleting the mirror disturbs nothing: another one comes, of the same container.
        await _lab.Api.DeletePodAsync(_namespace, "web-node-1");
        var second = await MirrorAsync("web", mirror => mirror.Metadata.Uid != first.Metadata.Uid);
        Assert.Equal(first.Status.ContainerStatuses[0].ContainerId, second.Status.ContainerStatuses[0].ContainerId);

        // Another image is another pod, which starts once the old one has ended.
        manifest.Replace("web", "nginx:1.26");
        var third = await MirrorAsync("web", mirror => mirror.Spec.Containers[0].Image == "nginx:1.26");
        Assert.NotEqual(second.Metadata.Annotations["kubernetes.io/config.hash"], third.Metadata.Annotations["kubernetes.io/config.hash"]);
        Assert.NotEqual(second.Status.PodIp, third.Status.PodIp);

        manifest.Dispose();
        await _lab.Api.UntilGoneAsync(_namespace, "web-node-1");
    }

    [Fact]
    public async Task StaticPod_ApiserverStandsStill_StartsAndOutlivesItsKubelet()
    {
        using var before = Write("before", "nginx:1.25");
        var running = await MirrorAsync("before", _ => true);
        var apiserver = $"{_lab.Pids()["apiserver"]}";
        await Command.RunAsync("kill", ["-STOP", apiserver]);
        using var during = Write("during", "nginx:1.25");

        // Nobody can be asked, but the runtime keeps a journal.
        await _lab.KillAsync("kubelet-node-1");
        await Eventually.TrueAsync(() => HasStarted("during-node-1"), "the pod whose manifest came while nobody answered has started");
        var goesOn = DateTimeOffset.UtcNow;
        await Command.RunAsync("kill", ["-CONT", apiserver]);

        var started = await MirrorAsync("during", _ => true);
        Assert.True(started.Status.ContainerStatuses[0].State.Running.StartedAt.ToDateTimeOffset() <= goesOn, "it waited for the apiserver");
        var after = await MirrorAsync("before", _ => true);
        Assert.Equal(running.Status.ContainerStatuses, after.Status.ContainerStatuses);
    }

    [Fact]
    public async Task CriticalPod_NodeIsFull_ComesInAtTheCostOfAnother()
    {
        await _lab.Api.CreatePodAsync(Asking("large", "3").Grace(1).OnNode("node-2"));
        await _lab.Api.UntilRunningAsync(_namespace, "large");

        var critical = Asking("critical", "2").OnNode("node-2");
        critical.Spec.PriorityClassName = "system-node-critical";
        await _lab.Api.CreatePodAsync(critical);

        await _lab.Api.UntilRunningAsync(_namespace, "critical");
        var victim = await _lab.Api.UntilPodAsync(_namespace, "large", pod => pod.Status.Phase == "Failed", "has Failed");
        Assert.Equal(("Preempting", "Preempted in order to admit critical pod"), (victim.Status.Reason, victim.Status.Message));
        Assert.Equal(("DisruptionTarget", "True", "TerminationByKubelet"), (victim.Status.Conditions[0].Type, victim.Status.Conditions[0].Status, victim.Status.Conditions[0].Reason));
        await EventAsync("Preempting", "Preempted in order to admit critical pod");
    }

    [Fact]
    public async Task Shutdown_OrdinaryPodsEndFirst_AndTheNodeComesBack()
    {
        // As long as the deaf one holds it up the node is there, and refuses whoever comes late.
        await _lab.Api.CreatePodAsync(A.Script(_namespace, "deaf", "while true; do sleep 1; done").Grace(12).OnNode("node-2"));
        await _lab.Api.CreatePodAsync(A.Script(_namespace, "obedient", "trap 'exit 0' TERM; while true; do sleep 1; done").OnNode("node-2"));
        var critical = A.Script(_namespace, "critical", "trap 'exit 0' TERM; while true; do sleep 1; done").OnNode("node-2");
        critical.Spec.PriorityClassName = "system-node-critical";
        await _lab.Api.CreatePodAsync(critical);
        foreach (var name in (string[])["deaf", "obedient", "critical"]) await _lab.Api.UntilRunningAsync(_namespace, name);
        await using var nodes = await WatchRecording<Node>.StartAsync(_lab.Api, "", "metadata.name=node-2");

        await Command.RunAsync("kill", ["-PWR", $"{_lab.Pids()["kubelet-node-2"]}"]);
        await nodes.UntilAsync(change => Ready(change.Object) is { Status: "False", Reason: "KubeletNotReady", Message: "node is shutting down" }, "the node is shutting down");
        await _lab.Api.CreatePodAsync(A.Pod(_namespace, "late").OnNode("node-2"));

        var late = await EndedAsync("late");
        Assert.Equal(("NodeShutdown", "Pod was rejected: Pod was rejected as the node is shutting down."), (late.Status.Reason, late.Status.Message));
        var ends = new Dictionary<string, Pod>();
        foreach (var name in (string[])["deaf", "obedient", "critical"]) ends[name] = await EndedAsync(name);
        Assert.All(ends.Values, pod => Assert.Equal(
            ("Failed", "Terminated", "Pod was terminated in response to imminent node shutdown."), (pod.Status.Phase, pod.Status.Reason, pod.Status.Message)));
        Assert.Equal((137, 0, 0), (ends["deaf"].Ended()!.ExitCode, ends["obedient"].Ended()!.ExitCode, ends["critical"].Ended()!.ExitCode));
        Assert.True(ends["critical"].Ended()!.FinishedAt.ToDateTimeOffset() >= ends["deaf"].Ended()!.FinishedAt.ToDateTimeOffset(), "the critical pod did not go last");

        await nodes.UntilAsync(change => Ready(change.Object).Status == "True" && nodes.Changes.Any(other => Ready(other.Object).Status == "False" && IsLater(change.Object, other.Object)), "the node is back");
        await _lab.Api.CreatePodAsync(A.Pod(_namespace, "next").OnNode("node-2"));
        await _lab.Api.UntilRunningAsync(_namespace, "next");
    }

    private static bool IsLater(Node node, Node other) => ulong.Parse(node.Metadata.ResourceVersion) > ulong.Parse(other.Metadata.ResourceVersion);

    private static NodeCondition Ready(Node node) => node.Status.Conditions.Single(condition => condition.Type == "Ready");

    private Task<Pod> EndedAsync(string name) => _lab.Api.UntilPodAsync(_namespace, name, pod => pod.Status.Phase == "Failed", "has Failed");

    private Task<Pod> MirrorAsync(string name, Func<Pod, bool> fits) => _lab.Api.UntilPodAsync(
        _namespace, $"{name}-node-1", pod => pod.Metadata.Annotations.ContainsKey("kubernetes.io/config.mirror") && fits(pod) && pod.Condition("Ready") == "True", "is a mirror, and Ready");

    private Task EventAsync(string reason, string message) => Eventually.TrueAsync(
        async () => (await _lab.Api.Resource<Event>().ListAsync(_namespace, new ListOptions(), CancellationToken.None)).Items.Any(e => e.Reason == reason && e.Message == message), $"event {reason}");

    private Pod Asking(string name, string cpu)
    {
        var pod = A.Pod(_namespace, name);
        pod.Spec.Containers[0].Resources = new ResourceRequirements { Requests = { ["cpu"] = cpu } };
        return pod;
    }

    // A container has started since the pod's sandbox was made.
    private bool HasStarted(string pod)
    {
        using var reader = new StreamReader(new FileStream(
            Path.Combine(_lab.Folder, "data", "kubelet-node-1", "runtime.journal"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        var journal = reader.ReadToEnd();
        return journal.IndexOf(pod, StringComparison.Ordinal) is >= 0 and var sandbox && journal.IndexOf("\"t\":\"started\"", sandbox, StringComparison.Ordinal) > 0;
    }

    private Manifest Write(string name, string image)
    {
        var manifest = new Manifest(Path.Combine(_lab.Folder, "data", "kubelet-node-1"), _namespace);
        manifest.Replace(name, image);
        return manifest;
    }

    /// <summary>A manifest on node-1.</summary>
    private sealed class Manifest(string data, string ns) : IDisposable
    {
        private string _file = "";

        public void Replace(string name, string image)
        {
            _file = Path.Combine(data, "manifests", $"{name}.yaml");
            File.WriteAllText(_file, $"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {ns}}}\nspec: {{terminationGracePeriodSeconds: 1, containers: [{{name: c, image: '{image}'}}]}}\n");
        }

        public void Dispose() => File.Delete(_file);
    }
}
