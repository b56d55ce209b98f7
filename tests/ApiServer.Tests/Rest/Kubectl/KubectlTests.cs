using System.Text.Json;

using MiniK8s.ApiServer.Tests.Rest.Serving;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.ApiServer.Tests.Rest.Kubectl;

/// <summary>What the real kubectl makes of this face, over registries in memory.</summary>
public sealed class KubectlTests : IAsyncLifetime, IDisposable
{
    private const string Settings = """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: a
          labels: {app: web}
        data:
          k: v1
        """;

    private const string TwoContainers = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: p
        spec:
          containers:
          - name: main
            image: nginx:1
            env:
            - {name: A, value: "1"}
          - name: side
            image: busybox
        """;

    private RestServer _server = null!;
    private KubectlRun _kubectl = null!;

    public async Task InitializeAsync()
    {
        _server = await RestServer.StartAsync();
        _kubectl = new($"--server={_server.Url}");
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _kubectl.Dispose();

    [RequiresToolTheory("kubectl")]
    [InlineData("pod", "A group of containers")]
    [InlineData("pod.spec.containers.livenessProbe.httpGet.port", "FIELD: +port ")]
    [InlineData("deployments.spec", null)]
    [InlineData("events", "eventTime")]
    public async Task Explain_FromTheVersion2Document_SaysTheSame(string what, string? expected)
    {
        var third = await _kubectl.RunAsync($"explain {what}");
        var second = await _kubectl.RunAsync($"explain {what} --output=plaintext-openapiv2");

        if (expected is null) Assert.Equal(third.Code, second.Code);
        else Assert.Matches(expected, Words(second.Output));

        static string Words(string text) => System.Text.RegularExpressions.Regex.Replace(text, " *\n *", " ");
    }

    [RequiresToolFact("kubectl")]
    public async Task Version_Server_IsShown() => Assert.Contains("Server Version: v1.32.4", await _kubectl.OkAsync("version"));

    [RequiresToolFact("kubectl")]
    public async Task ApiResources_AreTheKindsWithTheirShortNames()
    {
        var output = await _kubectl.OkAsync("api-resources --no-headers");

        Assert.Matches(@"(?m)^pods +po +v1 +true +Pod$", output);
        Assert.Matches(@"(?m)^nodes +no +v1 +false +Node$", output);
        Assert.Matches(@"(?m)^leases +coordination.k8s.io/v1 +true +Lease$", output);
        Assert.Equal("apps/v1\nautoscaling/v2\nbatch/v1\ncoordination.k8s.io/v1\ndiscovery.k8s.io/v1\nnode.k8s.io/v1\npolicy/v1\nscheduling.k8s.io/v1\nstorage.k8s.io/v1\nv1\n", await _kubectl.OkAsync("api-versions"));
    }

    [RequiresToolFact("kubectl")]
    public async Task Objects_LiveThroughAllVerbs()
    {
        Assert.Equal("configmap/a created\n", await _kubectl.OkAsync("create -f -", Settings));
        Assert.StartsWith("Error from server (AlreadyExists): error when creating \"STDIN\": configmaps \"a\" already exists", (await _kubectl.RunAsync("create -f -", Settings)).Output);
        Assert.Matches(@"NAME +DATA +AGE\na +1 +\d[\dms]+\n", await _kubectl.OkAsync("get configmaps"));
        Assert.Matches(@"NAME +DATA +AGE +LABELS\na +1 +\d[\dms]+ +app=web\n", await _kubectl.OkAsync("get cm a --show-labels"));
        Assert.Equal("configmap/a\n", await _kubectl.OkAsync("get cm -o name"));
        Assert.Equal("v1", await _kubectl.OkAsync("get cm a -o jsonpath={.data.k}"));
        Assert.Contains("\ndata:\n  k: v1\n", "\n" + await _kubectl.OkAsync("get cm a -o yaml"));
        Assert.Equal("a", JsonDocument.Parse(await _kubectl.OkAsync("get cm a -o json")).RootElement.GetProperty("metadata").GetProperty("name").GetString());
        Assert.Matches(@"N\na\n", await _kubectl.OkAsync("get cm -o custom-columns=N:.metadata.name"));
        Assert.Matches(@"default +a +1 ", await _kubectl.OkAsync("get cm -A"));
        Assert.Equal("configmap/a labeled\n", await _kubectl.OkAsync("label cm a tier=back"));
        Assert.Equal("configmap/a annotated\n", await _kubectl.OkAsync("annotate cm a note=x"));
        Assert.Equal("configmap/a patched\n", await _kubectl.OkAsync("""patch cm a --type=merge -p '{"data":{"k":"v2"}}'"""));
        Assert.Equal("configmap/a patched\n", await _kubectl.OkAsync("""patch cm a --type=json -p '[{"op":"add","path":"/data/j","value":"w"}]'"""));
        Assert.Equal("configmap/a patched (no change)\n", await _kubectl.OkAsync("""patch cm a -p '{"data":{"k":"v2"}}'"""));
        Assert.Equal("v2 w back x", await _kubectl.OkAsync("get cm a -o 'jsonpath={.data.k} {.data.j} {.metadata.labels.tier} {.metadata.annotations.note}'"));
        Assert.Equal("configmap/a replaced\n", await _kubectl.OkAsync("replace -f -", Settings));
        Assert.Contains("Name:         a", await _kubectl.OkAsync("describe cm a"));
        Assert.Equal("configmap \"a\" deleted\n", await _kubectl.OkAsync("delete cm a"));
        Assert.Equal("Error from server (NotFound): configmaps \"a\" not found\n", (await _kubectl.RunAsync("get cm a")).Output);
    }

    [RequiresToolFact("kubectl")]
    public async Task Apply_NewThenUnchangedThenChanged_DoesWhatItSays()
    {
        Assert.Equal("pod/p created\n", await _kubectl.OkAsync("apply -f -", TwoContainers));
        Assert.Equal("pod/p unchanged\n", await _kubectl.OkAsync("apply -f -", TwoContainers));
        Assert.Equal("pod/p configured\n", await _kubectl.OkAsync("apply -f -", TwoContainers.Replace("busybox", "busybox:2", StringComparison.Ordinal)));
        Assert.Equal("nginx:1 busybox:2", await _kubectl.OkAsync("get pod p -o jsonpath={.spec.containers[*].image}"));
        Assert.Matches(@"(?m)^\+ .*image: busybox:3$", (await _kubectl.RunAsync("diff -f -", TwoContainers.Replace("busybox", "busybox:3", StringComparison.Ordinal))).Output);
    }

    [RequiresToolFact("kubectl")]
    public async Task Create_UnknownField_IsRefusedByTheServer()
    {
        var (code, output) = await _kubectl.RunAsync("create -f -", TwoContainers.Replace("    image: nginx:1", "    imagee: nginx:1", StringComparison.Ordinal));

        Assert.Equal(1, code);
        Assert.Contains("""Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.containers[0].imagee""", output);
    }

    [RequiresToolTheory("kubectl")]
    [InlineData("true", 1, "strict decoding error: unknown field")]
    [InlineData("strict", 1, "strict decoding error: unknown field")]
    [InlineData("warn", 0, "Warning: unknown field \"spec.containers[0].imagee\"")]
    [InlineData("ignore", 0, "pod/p created")]
    [InlineData("false", 0, "pod/p created")]
    public async Task Create_Validate_IsTheServersToDo(string validate, int expected, string says)
    {
        var (code, output) = await _kubectl.RunAsync(
            $"create --validate={validate} -f -", TwoContainers.Replace("    image: busybox", "    image: busybox\n    imagee: x", StringComparison.Ordinal)
                .Replace("containers:\n  - name: main\n    image: nginx:1", "containers:\n  - name: main\n    image: nginx:1\n    imagee: x", StringComparison.Ordinal));

        Assert.True(code == expected && output.Contains(says, StringComparison.Ordinal), output);
        Assert.Equal(says.StartsWith("Warning", StringComparison.Ordinal), output.Contains("Warning", StringComparison.Ordinal));
    }

    [RequiresToolFact("kubectl")]
    public async Task Create_UnknownKind_IsSaidToBeMissing()
    {
        // Of all these tests the only one that needs /openapi/v2: kubectl reads it when version 3 does not have the kind, and gives up
        // with another error ("error validating data") when the answer's media type is not one that it can parse.
        var (code, output) = await _kubectl.RunAsync("create -f -", "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n");

        Assert.True(code == 1 && output.Contains("no matches for kind \"Widget\" in version \"example.com/v1\"", StringComparison.Ordinal), output);
    }

    [RequiresToolFact("kubectl")]
    public async Task Create_TypedCommands_SendProtobuf()
    {
        Assert.Equal("namespace/team created\n", await _kubectl.OkAsync("create namespace team"));
        Assert.Equal("configmap/c created\n", await _kubectl.OkAsync("create configmap c --from-literal=k=v"));
        Assert.Equal("secret/s created\n", await _kubectl.OkAsync("create secret generic s --from-literal=k=v"));
        Assert.Equal("serviceaccount/robot created\n", await _kubectl.OkAsync("create serviceaccount robot"));
        Assert.Equal("service/web created\n", await _kubectl.OkAsync("create service clusterip web --tcp=80:8080"));
        Assert.Equal("80:8080", await _kubectl.OkAsync("get svc web -o jsonpath={.spec.ports[0].port}:{.spec.ports[0].targetPort}"));
        Assert.Equal("dg==", await _kubectl.OkAsync("get secret s -o jsonpath={.data.k}"));
    }

    [RequiresToolFact("kubectl")]
    public async Task Get_Pods_IsTheServersTable()
    {
        await _kubectl.OkAsync("create -f -", TwoContainers);

        Assert.Matches(@"NAME +READY +STATUS +RESTARTS +AGE\np +0/2 +0 +\d[\dms]+\n", await _kubectl.OkAsync("get po"));
        Assert.Matches(@"NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\n", await _kubectl.OkAsync("get po -o wide"));
        Assert.Matches(@"(?s)NAME +READY.*pod/p ", await _kubectl.OkAsync("get all"));
        Assert.Matches(@"^NAME", await _kubectl.OkAsync("get po --sort-by=.metadata.name"));
    }

    [RequiresToolFact("kubectl")]
    public async Task Get_Watch_PrintsEachEvent()
    {
        await _kubectl.OkAsync("create -f -", Settings);
        using var watch = _kubectl.Start("get cm -w --output-watch-events");

        var header = await watch.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit);
        var first = await watch.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit);
        await WaitForWatcherAsync();
        await _kubectl.OkAsync("label cm a x=y");
        var second = await watch.StandardOutput.ReadLineAsync().WaitAsync(Patience.Limit);
        watch.Kill();

        Assert.Matches("^EVENT +NAME +DATA +AGE$", header);
        Assert.Matches("^ADDED +a +1 ", first);
        Assert.Matches("^MODIFIED +a +1 ", second);
    }

    [RequiresToolFact("kubectl")]
    public async Task Wait_Condition_EndsWhenItIsTrue()
    {
        await _kubectl.OkAsync("create -f -", TwoContainers);
        var waiting = _kubectl.OkAsync("wait --for=condition=Ready pod/p --timeout=50s");
        await WaitForWatcherAsync<Pod>();

        await _kubectl.OkAsync("""patch pod p --subresource=status -p '{"status":{"conditions":[{"type":"Ready","status":"True"}]}}'""");

        Assert.Equal("pod/p condition met\n", await waiting);
    }

    [RequiresToolFact("kubectl")]
    public async Task Explain_Fields_AreDescribed()
    {
        var output = await _kubectl.OkAsync("explain pod.spec.containers");

        Assert.Contains("KIND:       Pod", output);
        Assert.Contains("FIELD: containers <[]Container>", output);
        Assert.Matches(@"(?m)^  imagePullPolicy\t<string>$", output);
        Assert.Matches(@"(?m)^  name\t<string> -required-$", output);
        Assert.Matches(@"DESCRIPTION:\n    \w+", output);
        Assert.Contains("kubeletEndpoint", await _kubectl.OkAsync("explain node.status --recursive"));
        Assert.Equal(0, (await _kubectl.RunAsync("explain pod --recursive")).Code);
    }

    [RequiresToolFact("kubectl")]
    public async Task Describe_Pod_ShowsItsContainers()
    {
        await _kubectl.OkAsync("create -f -", TwoContainers);

        Assert.Matches(@"(?s)Name: +p\n.*Containers:\n  main:\n.*Image: +nginx:1\n.*Events: +<none>", await _kubectl.OkAsync("describe pod p"));
    }

    [RequiresToolFact("kubectl")]
    public async Task ClusterInfo_FindsTheServer() => Assert.Contains("is running at", await _kubectl.OkAsync("cluster-info"));

    [RequiresToolFact("kubectl")]
    public async Task Taint_AndCordon_PatchTheNode()
    {
        await _kubectl.OkAsync("create -f -", "apiVersion: v1\nkind: Node\nmetadata: {name: node-1}\n");

        Assert.Equal("node/node-1 cordoned\n", await _kubectl.OkAsync("cordon node-1"));
        Assert.Equal("node/node-1 tainted\n", await _kubectl.OkAsync("taint node node-1 a=b:NoSchedule"));
        Assert.Equal("node/node-1 untainted\n", await _kubectl.OkAsync("taint node node-1 a-"));
        Assert.Matches(@"node-1 +Unknown,SchedulingDisabled +<none> ", await _kubectl.OkAsync("get no"));
    }

    private Task WaitForWatcherAsync() => WaitForWatcherAsync<ConfigMap>();

    private async Task WaitForWatcherAsync<T>() where T : Protocol.IApiObject =>
        await _server.Registries.Of<T>().FirstWatcher.WaitAsync(Patience.Limit);
}
