namespace MiniK8s.ApiServer.Tests.Rest.Kubectl;

/// <summary>Server-side apply as the real kubectl does it, with the whole apiserver over either store.</summary>
public sealed class KubectlApplyTests
{
    private const string Pod = """
        apiVersion: v1
        kind: Pod
        metadata:
          name: p
          labels: {app: web}
        spec:
          containers:
          - name: main
            image: nginx:1
            ports:
            - containerPort: 80
        """;

    private const string ClientSide = "kubectl-client-side-apply";

    [EveryStoreFact("kubectl")]
    public async Task ServerSideApply_ConflictsAndForce_AsOnKubernetes()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);
        await kubectl.OkAsync("create serviceaccount default");

        Assert.Equal("pod/p serverside-applied\n", await kubectl.OkAsync("apply --server-side -f -", Pod));
        var version = await kubectl.OkAsync("get pod p -o jsonpath={.metadata.resourceVersion}");
        Assert.Equal("pod/p serverside-applied\n", await kubectl.OkAsync("apply --server-side -f -", Pod));
        Assert.Equal(version, await kubectl.OkAsync("get pod p -o jsonpath={.metadata.resourceVersion}"));

        var (code, output) = await kubectl.RunAsync("apply --server-side --field-manager=other -f -", Pod.Replace("nginx:1", "nginx:2", StringComparison.Ordinal));
        Assert.Equal(1, code);
        Assert.StartsWith(
            "error: Apply failed with 1 conflict: conflict with \"kubectl\": .spec.containers[name=\"main\"].image\n"
            + "Please review the fields above--they currently have other managers.", output);
        (_, output) = await kubectl.RunAsync("apply --server-side --field-manager=other -f -",
            Pod.Replace("nginx:1", "nginx:2", StringComparison.Ordinal).Replace("app: web", "app: db", StringComparison.Ordinal));
        Assert.StartsWith(
            "error: Apply failed with 2 conflicts: conflicts with \"kubectl\":\n- .metadata.labels.app\n- .spec.containers[name=\"main\"].image\n", output);

        Assert.Equal("pod/p serverside-applied\n", await kubectl.OkAsync(
            "apply --server-side --field-manager=other --force-conflicts -f -", Pod.Replace("nginx:1", "nginx:2", StringComparison.Ordinal)));
        Assert.Equal("nginx:2", await kubectl.OkAsync("get pod p -o jsonpath={.spec.containers[0].image}"));
        Assert.Contains("conflict with \"other\": .spec.containers[name=\"main\"].image", (await kubectl.RunAsync("apply --server-side -f -", Pod)).Output);

        Assert.DoesNotContain("managedFields:", await kubectl.OkAsync("get pod p -o yaml"));
        var shown = await kubectl.OkAsync("get pod p -o yaml --show-managed-fields");
        Assert.Matches(@"(?s)  managedFields:\n  - apiVersion: v1\n    fieldsType: FieldsV1\n    fieldsV1:\n      f:metadata:\n        f:labels:\n          f:app: \{\}\n.*"
            + @"          k:\{""name"":""main""\}:\n            \.: \{\}\n            f:name: \{\}\n            f:ports:\n              k:\{""containerPort"":80,""protocol"":""TCP""\}:\n"
            + @"                \.: \{\}\n                f:containerPort: \{\}\n    manager: kubectl\n    operation: Apply\n    time: ""20", shown);
    }

    [EveryStoreFact("kubectl")]
    public async Task ServerSideApply_AfterClientSideApply_TakesOver()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);
        await kubectl.OkAsync("create serviceaccount default");
        await kubectl.OkAsync("apply -f -", Pod);
        Assert.Equal(ClientSide, await kubectl.OkAsync("get pod p -o jsonpath={.metadata.managedFields[*].manager}"));

        var (code, output) = await kubectl.RunAsync("apply --server-side --field-manager=other -f -", Pod.Replace("nginx:1", "nginx:2", StringComparison.Ordinal));
        Assert.Equal(1, code);
        Assert.StartsWith($"error: Apply failed with 1 conflict: conflict with \"{ClientSide}\" using v1: .spec.containers[name=\"main\"].image\n", output);

        Assert.Equal("pod/p serverside-applied\n", await kubectl.OkAsync("apply --server-side -f -", Pod.Replace("nginx:1", "nginx:3", StringComparison.Ordinal)));
        Assert.Equal("nginx:3", await kubectl.OkAsync("get pod p -o jsonpath={.spec.containers[0].image}"));
        // kubectl has made its former self's fields its own, the annotation apart, and can now take back what it no longer applies.
        Assert.Equal("kubectl-last-applied/Apply kubectl/Apply", await ManagersAsync(kubectl));
        Assert.Equal("pod/p serverside-applied\n", await kubectl.OkAsync(
            "apply --server-side -f -", Pod.Replace("  labels: {app: web}\n", "", StringComparison.Ordinal).Replace("nginx:1", "nginx:3", StringComparison.Ordinal)));
        Assert.Equal("", await kubectl.OkAsync("get pod p -o jsonpath={.metadata.labels}"));
        Assert.Contains("nginx:3", await kubectl.OkAsync("apply view-last-applied pod p"));
    }

    [EveryStoreFact("kubectl")]
    public async Task Managers_OfKubectlsCommands_AreWhatKubernetesShows()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);
        await kubectl.OkAsync("create serviceaccount default");
        await kubectl.OkAsync("run p --image=nginx");
        await kubectl.OkAsync("label pod p a=b");
        await kubectl.OkAsync("patch pod p --subresource=status --type=merge -p '{\"status\":{\"message\":\"m\"}}'");

        Assert.Equal("kubectl-label/Update kubectl-patch/Update/status kubectl-run/Update", await ManagersAsync(kubectl));
        Assert.Equal("pod/p patched\n", await kubectl.OkAsync("""patch pod p --type=json -p '[{"op":"replace","path":"/metadata/managedFields","value":[{}]}]'"""));
        Assert.Equal("", await kubectl.OkAsync("get pod p -o jsonpath={.metadata.managedFields}"));
    }

    // Sorted: their own order depends on the second.
    private static async Task<string> ManagersAsync(KubectlRun kubectl)
    {
        var managers = await kubectl.OkAsync("get pod p -o 'jsonpath={range .metadata.managedFields[*]}{.manager}/{.operation}/{.subresource} {end}'");
        return string.Join(' ', managers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(manager => manager.TrimEnd('/')).Order(StringComparer.Ordinal));
    }

    [EveryStoreFact("kubectl")]
    public async Task ServerSideApply_Mistakes_AreToldInKubernetesWords()
    {
        await using var server = await RealApiServer.StartAsync();
        using var kubectl = new KubectlRun(server.Connection);
        await kubectl.OkAsync("create serviceaccount default");

        Assert.Contains(".spec.containerz: field not declared in schema",
            (await kubectl.RunAsync("apply --server-side -f -", Pod.Replace("containers:", "containerz:", StringComparison.Ordinal))).Output);
        Assert.Contains(".spec.containers[name=\"main\"].image: expected string, got &value.valueUnstructured{Value:1}",
            (await kubectl.RunAsync("apply --server-side -f -", Pod.Replace("nginx:1", "1", StringComparison.Ordinal))).Output);
        Assert.Equal("pod/p serverside-applied (server dry run)\n", await kubectl.OkAsync("apply --server-side --dry-run=server -f -", Pod));
        Assert.Contains("not found", (await kubectl.RunAsync("get pod p")).Output);
    }
}
