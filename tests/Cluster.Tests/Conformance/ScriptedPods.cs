using System.Text.Json.Nodes;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>The pods of groups 11, 14 and 15, all started before the first test asks: each runs to its end beside the others.</summary>
public sealed class ScriptedPods(SharedLab shared) : IAsyncLifetime
{
    private const string Limits = "\"resources\":{\"requests\":{\"cpu\":\"250m\",\"memory\":\"32Mi\"},\"limits\":{\"cpu\":\"1250m\",\"memory\":\"64Mi\"}},";

    public string Namespace { get; private set; } = "";

    private ApiCollection Pods => ApiCollection.Of(shared.Rest, "pods", Namespace);

    public async Task InitializeAsync()
    {
        Namespace = await shared.NewNamespaceAsync();
        await ApiCollection.Of(shared.Rest, "configmaps", Namespace).CreateAsync("""{"metadata":{"name":"config"},"data":{"data-1":"value-1","data-2":"value-2"}}""");
        await ApiCollection.Of(shared.Rest, "secrets", Namespace).CreateAsync("""{"metadata":{"name":"secret"},"data":{"data-1":"dmFsdWUtMQ==","data-2":"dmFsdWUtMg=="}}""");
        await Task.WhenAll(Manifests().Select(manifest => Pods.CreateAsync(manifest)));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    /// <summary>The pod once it has succeeded or failed.</summary>
    public Task<JsonNode> EndedAsync(string name) => Pods.UntilAsync(name, pod => pod.Text("status/phase") is "Succeeded" or "Failed", "has ended");

    public Task<JsonNode> UntilAsync(string name, Func<JsonNode, bool> fits, string what) => Pods.UntilAsync(name, fits, what);

    public Task AnnotateAsync(string name, string key, string value) => Pods.PatchAsync(name, $$$$"""{"metadata":{"annotations":{"{{{{key}}}}":"{{{{value}}}}"}}}""");

    /// <summary>The log of a pod's first container, once the pod has ended.</summary>
    public async Task<string[]> LogAsync(string name)
    {
        await EndedAsync(name);
        var answer = await shared.Rest.SendAsync(HttpMethod.Get, $"{Pods.Path}/{name}/log?container=main", null, "");
        return answer.Body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Manifests()
    {
        yield return Environment("configmap-env", """[{"name":"CONFIG_DATA_1","valueFrom":{"configMapKeyRef":{"name":"config","key":"data-1"}}}]""");
        yield return EnvironmentFrom("configmap-envfrom", """{"configMapRef":{"name":"config"}},{"prefix":"p-","configMapRef":{"name":"config"}}""");
        yield return EnvironmentFrom("configmap-prefixes", """{"prefix":"1-","configMapRef":{"name":"config"}},{"prefix":"$_-","configMapRef":{"name":"config"}}""");
        yield return Environment("secret-env", """[{"name":"SECRET_DATA","valueFrom":{"secretKeyRef":{"name":"secret","key":"data-1"}}}]""");
        yield return EnvironmentFrom("secret-envfrom", """{"secretRef":{"name":"secret"}},{"prefix":"p-","secretRef":{"name":"secret"}}""");
        yield return EnvironmentFrom("secret-prefixes", """{"prefix":"1-","secretRef":{"name":"secret"}},{"prefix":"$_-","secretRef":{"name":"secret"}}""");
        yield return Environment("downward-pod", $"[{Field("POD_NAME", "metadata.name")},{Field("POD_NAMESPACE", "metadata.namespace")},{Field("POD_IP", "status.podIP")}]");
        yield return Environment("downward-host", $"[{Field("HOST_IP", "status.hostIP")},{Field("HOST_IPS", "status.hostIPs")}]");
        yield return Environment("downward-uid", $"[{Field("POD_UID", "metadata.uid")}]");
        const string resources = """
            [{"name":"CPU_LIMIT","valueFrom":{"resourceFieldRef":{"resource":"limits.cpu"}}},{"name":"MEMORY_LIMIT","valueFrom":{"resourceFieldRef":{"resource":"limits.memory"}}},
            {"name":"CPU_REQUEST","valueFrom":{"resourceFieldRef":{"resource":"requests.cpu"}}},{"name":"MEMORY_REQUEST","valueFrom":{"resourceFieldRef":{"resource":"requests.memory"}}}]
            """;
        yield return Environment("downward-limits", resources, Limits);
        yield return Environment("downward-defaults", resources);
        yield return Environment("expansion", """[{"name":"FOO","value":"foo-value"},{"name":"BAR","value":"bar-value"},{"name":"FOOBAR","value":"$(FOO);;$(BAR)"}]""");
        yield return Pod("expansion-command", "\"command\":[\"sh\",\"-c\",\"TEST_VAR=wrong echo $(TEST_VAR)\"],\"env\":[{\"name\":\"TEST_VAR\",\"value\":\"test-value\"}],");
        yield return Pod("expansion-args", "\"command\":[\"sh\",\"-c\"],\"args\":[\"TEST_VAR=wrong echo $(TEST_VAR)\"],\"env\":[{\"name\":\"TEST_VAR\",\"value\":\"test-value\"}],");

        yield return Pod("defaults", "", "hello-world");
        yield return Pod("command", "\"command\":[\"echo\",\"override\",\"command\"],");
        yield return Pod("arguments", "\"args\":[\"echo\",\"override\",\"arguments\"],");
        yield return Pod("both", "\"command\":[\"echo\"],\"args\":[\"override\",\"both\"],");
        yield return Pod("output", "\"command\":[\"sh\",\"-c\",\"echo to stdout; echo to stderr >&2\"],");
        yield return Pod("fails", "\"command\":[\"sh\",\"-c\",\"exit 1\"],");

        yield return Pod("message-path", "\"command\":[\"sh\",\"-c\",\"printf DONE > /dev/termination-custom-log\"],\"terminationMessagePath\":\"/dev/termination-custom-log\",\"securityContext\":{\"runAsUser\":1000},");
        yield return Pod("message-log-failed", "\"command\":[\"sh\",\"-c\",\"printf DONE; exit 1\"],\"terminationMessagePolicy\":\"FallbackToLogsOnError\",");
        yield return Pod("message-log-succeeded", "\"command\":[\"sh\",\"-c\",\"printf DONE; exit 0\"],\"terminationMessagePolicy\":\"FallbackToLogsOnError\",");
        yield return Pod("message-file", "\"command\":[\"sh\",\"-c\",\"printf OK > /dev/termination-log; printf DONE; exit 0\"],\"terminationMessagePolicy\":\"FallbackToLogsOnError\",");

        yield return SubPath("subpath-expands", Field("WHERE", "metadata.name"), "$(WHERE)", "test -d /whole/subpath-expands && echo there");
        yield return SubPath("subpath-writes", Field("WHERE", "metadata.name"), "my/$(WHERE)", "echo written > /whole/my/subpath-writes/file; cat /part/file");
        yield return SubPath("subpath-absolute", """{"name":"WHERE","value":"/tmp"}""", "$(WHERE)", "true");
        yield return SubPath("subpath-backsteps", """{"name":"WHERE","value":".."}""", "$(WHERE)", "true");
        yield return SubPath("subpath-mended", Field("WHERE", "metadata.annotations['mysubpath']"), "$(WHERE)/here", "echo ready");

        yield return Init("init-never", "Never", "true", "true", "true");
        yield return Init("init-always", "Always", "true", "true", "sleep 1000");
        yield return Init("init-fails-always", "Always", "false", "true", "sleep 1000");
        yield return Init("init-fails-never", "Never", "true", "false", "true");
    }

    private static string Environment(string name, string env, string more = "") => Pod(name, $"{more}\"command\":[\"sh\",\"-c\",\"env\"],\"env\":{env},");

    private static string EnvironmentFrom(string name, string sources) => Pod(name, $"\"command\":[\"sh\",\"-c\",\"env\"],\"envFrom\":[{sources}],");

    private static string Field(string name, string path) => $$$$"""{"name":"{{{{name}}}}","valueFrom":{"fieldRef":{"fieldPath":"{{{{path}}}}"}}}""";

    // One volume twice: as a whole, and the part of it that the expression names.
    private static string SubPath(string name, string variable, string expression, string script) => $$$"""
        {"metadata":{"name":"{{{name}}}"},"spec":{"restartPolicy":"Never","volumes":[{"name":"work","emptyDir":{}}],"containers":[{"name":"main","image":"busybox:1.36","command":["sh","-c","{{{script}}}"],
        "env":[{{{variable}}}],"volumeMounts":[{"name":"work","mountPath":"/whole"},{"name":"work","mountPath":"/part","subPathExpr":"{{{expression}}}"}]}]}}
        """;

    private static string Pod(string name, string container, string image = "busybox:1.36") =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"restartPolicy":"Never","containers":[{{{{container}}}"name":"main","image":"{{{image}}}"}]}}""";

    private static string Init(string name, string policy, string first, string second, string main) => $$$"""
        {"metadata":{"name":"{{{name}}}"},"spec":{"restartPolicy":"{{{policy}}}","terminationGracePeriodSeconds":1,
        "initContainers":[{"name":"init1","image":"busybox:1.36","command":["sh","-c","{{{first}}}"]},{"name":"init2","image":"busybox:1.36","command":["sh","-c","{{{second}}}"]}],
        "containers":[{"name":"run1","image":"busybox:1.36","command":["sh","-c","{{{main}}}"]}]}}
        """;
}
