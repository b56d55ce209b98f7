using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 10: pods [test/e2e/common/node/pods.go, test/e2e/node/pods.go, test/e2e/common/node/ephemeral_containers.go].</summary>
[Collection("lab")]
public sealed class PodConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    [ConformanceFact("Pods, assigned hostip")]
    public async Task HostIp_RunningPod_IsAnAddress()
    {
        var ns = await NewNamespaceAsync();
        await Of("pods", ns).CreateAsync(Pod("pod-hostip"));

        var pod = await UntilReadyAsync(ns, "pod-hostip");

        Assert.True(System.Net.IPAddress.TryParse(pod.Text("status/hostIP"), out _), pod.Text("status/hostIP"));
        Assert.Equal(pod.Text("status/hostIP"), pod.Text("status/hostIPs/0/ip"));
    }

    [ConformanceFact("Pods, lifecycle")]
    public async Task Lifecycle_CreatedWatchedAndDeletedGracefully()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        const string selector = "time=now";
        var before = await pods.ListAsync($"?labelSelector={selector}");
        await using var watch = await pods.WatchAsync($"labelSelector={selector}&resourceVersion={before.Version()}");

        await pods.CreateAsync(Pod("submit-remove", """{"name":"foo","time":"now"}""", more: "\"terminationGracePeriodSeconds\":30"));
        var listed = await pods.SelectAsync(selector);
        var added = await watch.NextAsync();
        await UntilReadyAsync(ns, "submit-remove");
        var deleting = await pods.DeleteAsync("submit-remove", """{"gracePeriodSeconds":30}""");
        var gone = (await watch.UntilAsync(step => step.Type == "DELETED"))[^1];

        Assert.Empty(before.Items());
        Assert.Equal("submit-remove", Assert.Single(listed).Name());
        Assert.Equal("ADDED submit-remove", added.Step);
        Assert.Equal("30", deleting.Text("metadata/deletionGracePeriodSeconds"));
        Assert.NotEqual("", gone.Object.Text("metadata/deletionTimestamp"));
        Assert.Equal("30", gone.Object.Text("spec/terminationGracePeriodSeconds"));
        Assert.Empty(await pods.SelectAsync(selector));
    }

    [ConformanceFact("Pods, update")]
    public async Task Update_Label_IsFoundByItsNewValue()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await pods.CreateAsync(Pod("pod-update", """{"name":"foo","time":"before"}"""));
        await UntilReadyAsync(ns, "pod-update");
        Assert.Single(await pods.SelectAsync("time=before"));

        await WithRetriesAsync(pods, "pod-update", pod => pod["metadata"]!["labels"]!["time"] = "after");

        Assert.Single(await pods.SelectAsync("time=after"));
        Assert.Empty(await pods.SelectAsync("time=before"));
        Assert.Equal("Running", (await pods.GetAsync("pod-update")).Text("status/phase"));
    }

    [ConformanceFact("Pods, ActiveDeadlineSeconds")]
    public async Task ActiveDeadlineSeconds_SetOnARunningPod_FailsIt()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await pods.CreateAsync(Pod("deadline"));
        await UntilReadyAsync(ns, "deadline");

        await WithRetriesAsync(pods, "deadline", pod => pod["spec"]!["activeDeadlineSeconds"] = 1);

        var failed = await pods.UntilAsync("deadline", pod => pod.Text("status/phase") == "Failed", "is Failed");
        Assert.Equal("DeadlineExceeded", failed.Text("status/reason"));
    }

    [ConformanceFact("Pods, delete a collection")]
    public async Task DeleteCollection_ByLabel_RemovesTheSet()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        string[] names = ["test-pod-1", "test-pod-2", "test-pod-3"];
        foreach (var name in names) await pods.CreateAsync(Pod(name, """{"type":"Testing"}"""));
        await pods.CreateAsync(Pod("another"));
        foreach (var name in names) await UntilReadyAsync(ns, name);

        await pods.DeleteCollectionAsync("type=Testing", """{"gracePeriodSeconds":1}""");

        await Eventually.TrueAsync(async () => (await pods.SelectAsync("type=Testing")).Count == 0, "the set is gone");
        Assert.Equal("another", Assert.Single((await pods.ListAsync()).Names()));
    }

    [ConformanceFact("Pods, completes the lifecycle of a Pod and the PodStatus")]
    public async Task PodAndStatus_PatchedReplacedDeleted_AllIsWatched()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await using var watch = await pods.WatchAsync("labelSelector=test-pod-static%3Dtrue");
        await pods.CreateAsync(Pod("pod-test", """{"test-pod-static":"true"}"""));
        await watch.UntilAsync(step => step.Type == "ADDED");
        await UntilReadyAsync(ns, "pod-test");

        await pods.PatchAsync("pod-test", """{"metadata":{"labels":{"test-pod":"patched"}},"spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"main","image":"nginx:1.25"}]}}""");
        var patched = (await watch.UntilAsync(step => step.Object.Label("test-pod") == "patched"))[^1];
        // Ready with the new image: with the old one it is so until the kubelet has heard, and then for a moment it is not.
        await pods.UntilAsync(
            "pod-test", pod => pod.Condition("Ready") == "True" && pod.Text("status/containerStatuses/0/image").EndsWith("/nginx:1.25", StringComparison.Ordinal), "is Ready with its new image");
        // The kubelet will say otherwise soon; what counts is that the replacement is stored and seen.
        var status = await pods.GetAsync("pod-test", "status");
        await WithRetriesAsync(pods, "pod-test", pod => SetCondition(pod, "Ready", "False"), "status");
        var replaced = (await watch.UntilAsync(step => step.Object.Condition("Ready") == "False"))[^1];
        await pods.DeleteAsync("pod-test", """{"gracePeriodSeconds":1}""");
        await watch.UntilAsync(step => step.Type == "DELETED");

        Assert.Equal(("MODIFIED", "nginx:1.25"), (patched.Type, patched.Object.Text("spec/containers/0/image")));
        Assert.Equal("True", status.Condition("Ready"));
        Assert.Equal("MODIFIED", replaced.Type);
    }

    [ConformanceFact("Pods, patching status")]
    public async Task Status_Patched_IsKeptUntilTheKubeletWritesAgain()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await pods.CreateAsync(Pod("pod-patch"));
        await UntilReadyAsync(ns, "pod-patch");

        var patched = await pods.PatchAsync("pod-patch", """{"status":{"message":"Patched by e2e test","reason":"E2E"}}""", subresource: "status");

        Assert.Equal(("E2E", "Patched by e2e test"), (patched.Text("status/reason"), patched.Text("status/message")));
        Assert.Equal("Running", patched.Text("status/phase"));
    }

    [ConformanceFact("Pods, service environment variables", Half = "the simulated container's environment, as its log shows it")]
    public async Task Environment_PodMadeAfterAService_NamesIt()
    {
        var ns = await NewNamespaceAsync();
        await Of("services", ns).CreateAsync("""{"metadata":{"name":"fooservice"},"spec":{"selector":{"name":"srv"},"ports":[{"port":8765,"targetPort":8080}]}}""");
        var address = (await Of("services", ns).GetAsync("fooservice")).Text("spec/clusterIP");

        // The kubelet may not have heard of the Service yet when the first pod starts; upstream tries again too.
        var tries = 0;
        var lines = await Eventually.GetAsync(
            async () => await EnvironmentAsync(ns, $"client-{++tries}"), found => found.Contains("FOOSERVICE_SERVICE_PORT=8765"), "FOOSERVICE_SERVICE_PORT in a new pod's environment");

        string[] expected =
        [
            $"FOOSERVICE_SERVICE_HOST={address}", $"FOOSERVICE_PORT=tcp://{address}:8765", "FOOSERVICE_PORT_8765_TCP_PORT=8765",
            "FOOSERVICE_PORT_8765_TCP_PROTO=tcp", $"FOOSERVICE_PORT_8765_TCP=tcp://{address}:8765", $"FOOSERVICE_PORT_8765_TCP_ADDR={address}",
        ];
        Assert.All(expected, line => Assert.Contains(line, lines));
    }

    [ConformanceFact("Pods, remote command execution over websocket", Half = "the protocol; the command runs in a simulated container")]
    public async Task Exec_OverWebSocket_GivesTheCommandsOutput()
    {
        var ns = await NewNamespaceAsync();
        await Of("pods", ns).CreateAsync(Script("exec", "echo container is alive; sleep 600"));
        await UntilReadyAsync(ns, "exec");

        var frames = await ReadFramesAsync($"{Of("pods", ns).Path}/exec/exec?stderr=1&stdout=1&container=main&command=echo&command=remote%20execution%20test", "channel.k8s.io");

        // The first byte is the channel: 1 is stdout; others are opened with an empty frame.
        Assert.All(frames.Where(frame => frame[0] != 1), frame => Assert.Single(frame));
        Assert.Equal("remote execution test\n", string.Concat(frames.Where(frame => frame[0] == 1).Select(frame => Encoding.UTF8.GetString(frame.AsSpan(1)))));
    }

    [ConformanceFact("Pods, logs from websockets", Half = "the protocol; the log is a simulated container's")]
    public async Task Log_OverWebSocket_IsTheContainersOutput()
    {
        var ns = await NewNamespaceAsync();
        await Of("pods", ns).CreateAsync(Script("logs", "echo container is alive; sleep 10000"));
        await UntilReadyAsync(ns, "logs");

        var frames = await ReadFramesAsync($"{Of("pods", ns).Path}/logs/log?container=main", "binary.k8s.io");

        Assert.Equal("container is alive\n", string.Concat(frames.Select(frame => Encoding.UTF8.GetString(frame))));
    }

    [ConformanceFact("Pods, QOS")]
    public async Task Qos_EqualRequestsAndLimits_IsGuaranteed()
    {
        var pods = Of("pods", await NewNamespaceAsync());

        await pods.CreateAsync("""{"metadata":{"name":"qos"},"spec":{"containers":[{"name":"main","image":"registry.k8s.io/pause:3.9","resources":{"limits":{"cpu":"100m","memory":"100Mi"},"requests":{"cpu":"100m","memory":"100Mi"}}}]}}""");

        Assert.Equal("Guaranteed", (await pods.GetAsync("qos")).Text("status/qosClass"));
    }

    [ConformanceFact("Ephemeral Container Creation", Half = "the API and the status; the container is simulated")]
    public async Task EphemeralContainer_Added_Runs()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await pods.CreateAsync(Pod("ephemeral"));
        await UntilReadyAsync(ns, "ephemeral");

        await pods.PatchAsync("ephemeral", """{"spec":{"ephemeralContainers":[{"name":"debugger","image":"busybox:1.36","command":["/bin/sh"],"stdin":true,"tty":true}]}}""", subresource: "ephemeralcontainers");

        var pod = await pods.UntilAsync("ephemeral", each => each.At("status/ephemeralContainerStatuses/0/state/running") is not null, "runs its ephemeral container");
        Assert.Equal("debugger", pod.Text("status/ephemeralContainerStatuses/0/name"));
    }

    [ConformanceFact("Ephemeral Container, update ephemeral containers", Half = "the API and the status; the containers are simulated")]
    public async Task EphemeralContainer_SecondOne_IsListedBesideTheFirst()
    {
        var ns = await NewNamespaceAsync();
        var pods = Of("pods", ns);
        await pods.CreateAsync(Pod("ephemeral"));
        await UntilReadyAsync(ns, "ephemeral");
        await pods.PatchAsync("ephemeral", """{"spec":{"ephemeralContainers":[{"name":"debugger","image":"busybox:1.36","command":["sh","-c","sleep 1000"]}]}}""", subresource: "ephemeralcontainers");
        await pods.UntilAsync("ephemeral", each => each.At("status/ephemeralContainerStatuses/0/state/running") is not null, "runs its first ephemeral container");

        var second = JsonNode.Parse("""{"name":"debugger2","image":"busybox:1.36","command":["sh","-c","sleep 1000"]}""");
        await WithRetriesAsync(pods, "ephemeral", pod => pod["spec"]!["ephemeralContainers"]!.AsArray().Add(second!.DeepClone()), "ephemeralcontainers");

        var both = await pods.GetAsync("ephemeral");
        Assert.Equal(["debugger", "debugger2"], both.At("spec/ephemeralContainers")!.AsArray().Select(container => container.Text("name")));
        await pods.UntilAsync("ephemeral", each => each.At("status/ephemeralContainerStatuses/1/state/running") is not null, "runs its second ephemeral container");
    }

    private async Task<string[]> EnvironmentAsync(string ns, string name)
    {
        await Of("pods", ns).CreateAsync(Script(name, "env", "\"restartPolicy\":\"Never\""));
        await Of("pods", ns).UntilAsync(name, pod => pod.Text("status/phase") == "Succeeded", "has Succeeded");
        return (await AskAsync(HttpMethod.Get, $"{Of("pods", ns).Path}/{name}/log")).Body.Split('\n');
    }

    private async Task<List<byte[]>> ReadFramesAsync(string path, string protocol)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        using var socket = await Rest.OpenWebSocketAsync(path, protocol, patience.Token);
        Assert.Equal(protocol, socket.SubProtocol);
        var (frames, frame, buffer) = (new List<byte[]>(), new MemoryStream(), new byte[4096]);
        while (await socket.ReceiveAsync(buffer, patience.Token) is { MessageType: not WebSocketMessageType.Close } part)
        {
            frame.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            if (frame.Length > 0) frames.Add(frame.ToArray());
            frame.SetLength(0);
        }
        return frames;
    }

    /// <summary>Reads, changes and writes until nobody else has written in between.</summary>
    private static async Task<JsonNode> WithRetriesAsync(ApiCollection objects, string name, Action<JsonNode> change, string subresource = "") =>
        await Eventually.GetAsync(async () =>
        {
            try
            {
                return await objects.UpdateAsync((await objects.GetAsync(name)).With(change), subresource);
            }
            catch (ApiRefusal refusal) when (refusal.Code == 409)
            {
                return null;
            }
        }, _ => true, $"{objects.Path}/{name} is updated");

    private static void SetCondition(JsonNode pod, string type, string status) =>
        pod["status"]!["conditions"]!.AsArray().First(each => each.Text("type") == type)!["status"] = status;
}
