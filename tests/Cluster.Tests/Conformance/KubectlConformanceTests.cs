using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Group 26: the unmodified kubectl [test/e2e/kubectl/kubectl.go]. KubectlTests and KubectlStreamsTests go further.</summary>
[Collection("lab")]
public sealed partial class KubectlConformanceTests(SharedLab shared) : ConformanceTests(shared)
{
    private const string NoReplicationController = "ReplicationControllers are not served yet";

    private const string Nginx = """
        apiVersion: v1
        kind: Pod
        metadata: {name: pause, labels: {name: pause}}
        spec:
          terminationGracePeriodSeconds: 1
          containers:
          - {name: pause, image: "registry.k8s.io/pause:3.9"}
        """;

    private const string Httpd = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: httpd-deployment}
        spec:
          replicas: 2
          selector: {matchLabels: {app: httpd}}
          template:
            metadata: {labels: {app: httpd}}
            spec:
              containers:
              - {name: httpd, image: "httpd:2.4.38"}
        """;

    [ConformanceFact("Kubectl, check version v1", "kubectl")]
    public async Task ApiVersions_ListsV1() => Assert.Contains("v1", (await Lab.KubectlOkAsync("api-versions")).Split('\n'));

    [ConformanceFact("Kubectl, cluster info", "kubectl")]
    public async Task ClusterInfo_NamesTheControlPlane() =>
        Assert.Matches(@"Kubernetes control plane.* is running at .*https://127\.0\.0\.1:\d+", await Lab.KubectlOkAsync("cluster-info"));

    [ConformanceFact("Kubectl, version", "kubectl")]
    public async Task Version_PrintsClientAndServer()
    {
        var printed = await Lab.KubectlOkAsync("version");

        Assert.Matches(@"(?m)^Client Version: v\d+\.\d+\.\d+", printed);
        Assert.Matches(@"(?m)^Server Version: v1\.32\.\d+", printed);
    }

    [ConformanceFact("Kubectl, describe pod or rc", "kubectl", Half = $"pod, service, node and namespace; {NoReplicationController}")]
    public async Task Describe_PodServiceNodeNamespace_ShowsTheExpectedParts()
    {
        var ns = await NewNamespaceAsync();
        await InputAsync(Nginx, "create", "-n", ns, "-f", "-");
        await Lab.KubectlOkAsync("expose", "pod", "pause", "-n", ns, "--name=agnhost-primary", "--port=6379");
        await UntilReadyAsync(ns, "pause");

        var pod = await Lab.KubectlOkAsync("describe", "pod", "pause", "-n", ns);
        var service = await Lab.KubectlOkAsync("describe", "service", "agnhost-primary", "-n", ns);
        var node = await Lab.KubectlOkAsync("describe", "node", "node-1");
        var space = await Lab.KubectlOkAsync("describe", "namespace", ns);

        Shows(pod, "Name:", "Namespace:", "Node:", "Labels:", "name=pause", "Annotations:", "Status:", "Running", "IP:", "Image:", "State:", "QoS Class:");
        Shows(service, "Name:", "agnhost-primary", "Namespace:", ns, "Labels:", "Selector:", "Type:", "ClusterIP", "IP:", "Port:", "Endpoints:", "Session Affinity:");
        Shows(node, "Name:", "node-1", "Labels:", "Annotations:", "CreationTimestamp:", "Conditions:", "Type", "Status", "LastHeartbeatTime", "LastTransitionTime",
            "Reason", "Message", "Addresses:", "Capacity:", "Version:", "Kernel Version:", "OS Image:", "Container Runtime Version:", "Kubelet Version:", "Pods:");
        Shows(space, "Name:", ns, "Labels:", "Annotations:", "Status:", "Active");

        static void Shows(string text, params string[] parts) => Assert.All(parts, part => Assert.Contains(part, text));
    }

    [ConformanceFact("Kubectl, diff Deployment", "kubectl")]
    public async Task Diff_Deployment_ShowsTheImage()
    {
        var ns = await NewNamespaceAsync();
        await InputAsync(Httpd, "create", "-n", ns, "-f", "-");

        var diff = await Lab.KubectlWithInputAsync(Httpd.Replace("httpd:2.4.38", "busybox:1.36", StringComparison.Ordinal), "diff", "-n", ns, "-f", "-");

        Assert.True(diff.ExitCode == 1, diff.Error);
        Assert.Matches(@"(?m)^-\s+- image: httpd:2\.4\.38$", diff.Output);
        Assert.Matches(@"(?m)^\+\s+- image: busybox:1\.36$", diff.Output);
        Assert.Equal("httpd:2.4.38", (await Of("deployments", ns).GetAsync("httpd-deployment")).Text("spec/template/spec/containers/0/image"));
    }

    [ConformanceFact("Kubectl, server-side dry-run Pod", "kubectl")]
    public async Task DryRun_Patch_ChangesNothing()
    {
        var ns = await NewNamespaceAsync();
        await Lab.KubectlOkAsync("run", "e2e-test-httpd-pod", "-n", ns, "--image=httpd:2.4.38", "--labels=run=e2e-test-httpd-pod");

        await Lab.KubectlOkAsync(
            "patch", "pod", "e2e-test-httpd-pod", "-n", ns, "--dry-run=server", "-p", """{"spec":{"containers":[{"name":"e2e-test-httpd-pod","image":"busybox:1.36"}]}}""");

        Assert.Equal("httpd:2.4.38", (await Of("pods", ns).GetAsync("e2e-test-httpd-pod")).Text("spec/containers/0/image"));
    }

    [ConformanceFact("Kubectl, create service, replication controller", "kubectl", Half = $"a pod and a service are exposed; {NoReplicationController}")]
    public async Task Expose_PodThenService_HasTheRightPorts()
    {
        var ns = await NewNamespaceAsync();
        await Lab.KubectlOkAsync("run", "agnhost-primary", "-n", ns, "--image=redis:7", "--labels=app=agnhost", "--port=6379");
        await Lab.KubectlOkAsync("expose", "pod", "agnhost-primary", "-n", ns, "--name=rm2", "--port=1234", "--target-port=6379");
        await Lab.KubectlOkAsync("expose", "service", "rm2", "-n", ns, "--name=rm3", "--port=2345", "--target-port=6379");

        foreach (var (name, port) in new[] { ("rm2", "1234"), ("rm3", "2345") })
        {
            var service = await Of("services", ns).GetAsync(name);
            Assert.Equal((port, "6379", "agnhost"), (service.Text("spec/ports/0/port"), service.Text("spec/ports/0/targetPort"), service.Text("spec/selector/app")));
            var endpoints = await Of("endpoints", ns).UntilAsync(name, each => each.Text("subsets/0/addresses/0/ip").Length > 0, "has an address");
            Assert.Equal("6379", endpoints.Text("subsets/0/ports/0/port"));
        }
    }

    [ConformanceFact("Kubectl, label update", "kubectl")]
    public async Task Label_AddedSelectedRemoved()
    {
        var ns = await NewNamespaceAsync();
        await InputAsync(Nginx, "create", "-n", ns, "-f", "-");

        await Lab.KubectlOkAsync("label", "pods", "pause", "-n", ns, "testing-label=testing-label-value");
        var added = await Lab.KubectlOkAsync("get", "pod", "pause", "-n", ns, "-L", "testing-label", "--no-headers");
        await Lab.KubectlOkAsync("label", "pods", "pause", "-n", ns, "testing-label-");
        var removed = await Lab.KubectlOkAsync("get", "pod", "pause", "-n", ns, "-L", "testing-label", "--no-headers");

        Assert.EndsWith("testing-label-value", added.TrimEnd());
        Assert.DoesNotContain("testing-label-value", removed);
    }

    [ConformanceFact("Kubectl, patch to annotate", "kubectl", Half = $"the pods are made one by one; {NoReplicationController}")]
    public async Task Patch_AnnotatesEachPod()
    {
        var ns = await NewNamespaceAsync();
        string[] names = ["one", "two"];
        foreach (var name in names) await Of("pods", ns).CreateAsync(Pod(name, """{"app":"agnhost"}"""));

        foreach (var name in names) await Lab.KubectlOkAsync("patch", "pod", name, "-n", ns, "-p", """{"metadata":{"annotations":{"x":"y"}}}""");

        Assert.Equal("y y", await Lab.KubectlOkAsync("get", "pods", "-n", ns, "-l", "app=agnhost", "-o", "jsonpath={.items[*].metadata.annotations.x}"));
    }

    [ConformanceFact("Kubectl, replace", "kubectl")]
    public async Task Replace_ChangesTheImage()
    {
        var ns = await NewNamespaceAsync();
        await Lab.KubectlOkAsync("run", "e2e-test-httpd-pod", "-n", ns, "--image=httpd:2.4.38", "--labels=run=e2e-test-httpd-pod");
        await UntilReadyAsync(ns, "e2e-test-httpd-pod");

        // The kubelet writes too: read and replace until nothing came between, as a user would.
        await Eventually.TrueAsync(async () =>
        {
            var json = await Lab.KubectlOkAsync("get", "pod", "e2e-test-httpd-pod", "-n", ns, "-o", "json");
            return (await Lab.KubectlWithInputAsync(json.Replace("\"httpd:2.4.38\"", "\"busybox:1.29-4\"", StringComparison.Ordinal), "replace", "-n", ns, "-f", "-")).ExitCode == 0;
        }, "the pod is replaced");

        Assert.Equal("busybox:1.29-4", (await Of("pods", ns).GetAsync("e2e-test-httpd-pod")).Text("spec/containers/0/image"));
    }

    [ConformanceFact("Kubectl, run pod", "kubectl")]
    public async Task Run_MakesOnePodOfOneContainer()
    {
        var ns = await NewNamespaceAsync();

        await Lab.KubectlOkAsync("run", "e2e-test-httpd-pod", "-n", ns, "--restart=Never", "--image=httpd:2.4.38");

        var pod = await Of("pods", ns).GetAsync("e2e-test-httpd-pod");
        Assert.Equal("httpd:2.4.38", Assert.Single(pod.At("spec/containers")!.AsArray()).Text("image"));
        Assert.Equal("Never", pod.Text("spec/restartPolicy"));
    }

    [ConformanceFact("Kubectl, logs", "kubectl", Half = "the options; the log is a simulated container's")]
    public async Task Logs_TailBytesTimestampsSince()
    {
        var ns = await NewNamespaceAsync();
        await Of("pods", ns).CreateAsync(Script("logs", "for i in 1 2 3 4 5; do echo line $i; done; sleep 600"));
        await UntilReadyAsync(ns, "logs");
        Task<string> LogsAsync(params string[] options) => Lab.KubectlOkAsync(["logs", "logs", "main", "-n", ns, .. options]);

        var all = await LogsAsync();
        var stamped = await LogsAsync("--tail=1", "--timestamps");

        Assert.Equal(5, all.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("line 5\n", await LogsAsync("--tail=1"));
        Assert.Equal("l", await LogsAsync("--limit-bytes=1"));
        Assert.True(DateTimeOffset.TryParse(stamped.Split(' ')[0], out _), stamped);
        Assert.Equal(all, await LogsAsync("--since=24h"));
    }

    [ConformanceFact("Kubectl, proxy port zero", "kubectl")]
    public async Task Proxy_PortZero_ServesTheApi()
    {
        using var proxy = StartProxy("--port=0", "--disable-filter");
        var line = await proxy.StandardOutput.ReadLineAsync();
        var port = Port().Match(line!).Groups[1].Value;
        Assert.NotEqual("", port);

        using var http = new HttpClient();
        var versions = JsonNode.Parse(await http.GetStringAsync($"http://127.0.0.1:{port}/api/"));
        proxy.Kill();

        Assert.NotEmpty(versions!["versions"]!.AsArray());
    }

    [ConformanceFact("Kubectl, proxy socket", "kubectl")]
    public async Task Proxy_UnixSocket_ServesTheApi()
    {
        var socket = Path.Combine(Lab.Folder, "proxy.sock");
        using var proxy = StartProxy($"--unix-socket={socket}");
        Assert.StartsWith("Starting to serve on", await proxy.StandardOutput.ReadLineAsync());

        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, ct) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), ct);
                return new NetworkStream(connection, ownsSocket: true);
            },
        };
        using var http = new HttpClient(handler);
        var versions = JsonNode.Parse(await http.GetStringAsync("http://localhost/api/"));
        proxy.Kill();

        Assert.NotEmpty(versions!["versions"]!.AsArray());
    }

    private Process StartProxy(params string[] options) =>
        Process.Start(new ProcessStartInfo("kubectl", ["--kubeconfig", Lab.Kubeconfig, "proxy", .. options]) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private async Task InputAsync(string input, params string[] arguments)
    {
        var result = await Lab.KubectlWithInputAsync(input, arguments);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    [GeneratedRegex(@"Starting to serve on 127\.0\.0\.1:(\d+)")]
    private static partial Regex Port();
}
