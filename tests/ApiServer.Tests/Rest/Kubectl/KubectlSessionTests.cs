namespace MiniK8s.ApiServer.Tests.Rest.Kubectl;

/// <summary>One session of the real kubectl with the whole apiserver over either store; no scheduler, no kubelet.</summary>
public sealed class KubectlSessionTests
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: p
        spec:
          containers:
          - name: main
            image: nginx:1
          - name: side
            image: busybox:1
        """;

    [EveryStoreFact("kubectl")]
    public async Task Session_OfAUser_GoesAsOnKubernetes()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);

        Assert.Matches(@"(?m)^default +Active +\d[\dms]+$", await kubectl.OkAsync("get ns"));
        await kubectl.OkAsync("create serviceaccount default");
        Assert.Equal("pod/p created\n", await kubectl.OkAsync("apply -f -", Pod));
        Assert.Equal("pod/p unchanged\n", await kubectl.OkAsync("apply -f -", Pod));
        Assert.Equal("pod/p configured\n", await kubectl.OkAsync("apply -f -", Pod.Replace("nginx:1", "nginx:2", StringComparison.Ordinal)));
        Assert.Equal("nginx:2 busybox:1", await kubectl.OkAsync("get pod p -o jsonpath={.spec.containers[*].image}"));
        Assert.Matches(@"p +0/2 +Pending +0 +\d[\dms]+", await kubectl.OkAsync("get pods"));
        Assert.Equal("pod/p labeled\n", await kubectl.OkAsync("label pod p app=web"));
        Assert.Matches(@"^p ", await kubectl.OkAsync("get pods -l app=web --no-headers"));
        Assert.Equal("pod/p annotated\n", await kubectl.OkAsync("annotate pod p note=x"));
        Assert.Equal("pod/p patched\n", await kubectl.OkAsync("""patch pod p -p '{"spec":{"containers":[{"name":"side","image":"busybox:2"}]}}'"""));
        Assert.Equal("nginx:2 busybox:2", await kubectl.OkAsync("get pod p -o jsonpath={.spec.containers[*].image}"));
        Assert.Contains("spec: Forbidden: pod updates may not change fields other than", (await kubectl.RunAsync("""patch pod p -p '{"spec":{"hostname":"h"}}'""")).Output);
        Assert.Contains("must consist of lower case alphanumeric", (await kubectl.RunAsync("run My_Pod --image=x")).Output);
        Assert.Contains("namespaces \"nowhere\" not found", (await kubectl.RunAsync("run q --image=x -n nowhere")).Output);
        Assert.Contains("Name:             p", await kubectl.OkAsync("describe pod p"));
        Assert.Equal("pod/q created (server dry run)\n", await kubectl.OkAsync("run q --image=x --dry-run=server"));

        var waiting = kubectl.OkAsync("wait --for=delete pod/p --timeout=50s");
        Assert.Equal("pod \"p\" deleted\n", await kubectl.OkAsync("delete pod p"));
        await waiting;
        Assert.Equal("Error from server (NotFound): pods \"p\" not found\n", (await kubectl.RunAsync("get pod p")).Output);
    }
}
