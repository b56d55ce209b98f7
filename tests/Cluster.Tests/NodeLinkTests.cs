using System.Net;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests;

/// <summary>Pods on nodes of different kubelet processes reach each other: by address, by Service name, by cluster IP.</summary>
[Collection("lab")]
public sealed class NodeLinkTests(SharedLab shared)
{
    private Lab Lab => shared.Lab;

    [RequiresToolFact("kubectl")]
    public async Task Pods_OnTwoNodes_ReachEachOther()
    {
        var ns = await shared.NewNamespaceAsync();
        await RunAsync(ns, "web", "node-1", "nginx:1.25");
        await RunAsync(ns, "reader", "node-2", "alpine/curl:latest", "sleep", "3600");
        await Lab.KubectlOkAsync("expose", "pod", "web", "-n", ns, "--port=8080", "--target-port=80");
        var ip = (await Lab.Api.FindPodAsync(ns, "web"))!.Status.PodIp;

        Assert.Contains("Welcome to nginx!", await ReadAsync(ns, "curl", "-s", ip));
        Assert.Equal(0, (await ExecAsync(ns, "ping", "-c", "1", ip)).ExitCode);
        Assert.Contains($"Failed to connect to {ip} port 81", (await ExecAsync(ns, "curl", "-sS", $"{ip}:81")).Error);
        // By name and by cluster IP, once the endpoint is known.
        await Eventually.TrueAsync(async () => (await ExecAsync(ns, "curl", "-s", "web:8080")).Output.Contains("Welcome to nginx!"), "the page under the Service's name");
        Assert.Contains("Welcome to nginx!", await ReadAsync(ns, "curl", "-s", $"web.{ns}.svc.cluster.local:8080"));
        Assert.Contains("\"GET / HTTP/1.1\" 200", await Lab.KubectlOkAsync("logs", "web", "-n", ns));
    }

    [RequiresToolFact("kubectl")]
    public async Task Pods_MuchToSay_ArrivesWhole()
    {
        var ns = await shared.NewNamespaceAsync();
        await RunAsync(ns, "web", "node-1", "nginx:1.25");
        await RunAsync(ns, "reader", "node-2", "alpine/curl:latest", "sleep", "3600");
        await Lab.KubectlOkAsync("exec", "web", "-n", ns, "--", "sh", "-c", "seq 1 100000 > /usr/share/nginx/html/long");
        var ip = (await Lab.Api.FindPodAsync(ns, "web"))!.Status.PodIp;

        Assert.Equal("100000 588895", string.Join(' ', (await ReadAsync(ns, "sh", "-c", $"curl -s {ip}/long | wc -lc")).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
    }

    [Fact]
    public async Task Call_OfAnybodyButANode_IsRefused()
    {
        Assert.Equal(HttpStatusCode.Unauthorized, await KubeletApiTests.CallAsync(Lab, "NodeLink/Connect", null));
        using var admin = KubeletApiTests.AdminCertificate(Lab);
        Assert.Equal(HttpStatusCode.Forbidden, await KubeletApiTests.CallAsync(Lab, "NodeLink/Connect", admin));
    }

    private async Task RunAsync(string ns, string name, string node, string image, params string[] command)
    {
        var pod = A.Pod(ns, name, image, command).OnNode(node).Grace(1);
        pod.Metadata.Labels["app"] = name;
        await Lab.Api.CreatePodAsync(pod);
        await Lab.Api.UntilPodAsync(ns, name, seen => seen.Condition("Ready") == "True", "is Ready");
    }

    private Task<CommandResult> ExecAsync(string ns, params string[] command) => Lab.KubectlAsync(["exec", "reader", "-n", ns, "--", .. command]);

    private async Task<string> ReadAsync(string ns, params string[] command) => (await ExecAsync(ns, command)).Output;
}
