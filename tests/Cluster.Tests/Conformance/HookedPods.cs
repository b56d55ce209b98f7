namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>The pods of group 13, all started before the first test asks, and the servers that their hooks call.</summary>
/// <remarks>
/// As upstream's: a hook by HTTP goes to a sidecar of the pod's own, which passes it on to the server; a hook by exec asks the server itself. All are on one
/// node, since the simulated network does not lead from one kubelet process to another.
/// </remarks>
public sealed class HookedPods(SharedLab shared) : IAsyncLifetime
{
    public const string Server = "pod-handle-http-request";
    public const string Counter = "server";

    private const string Agnhost = "registry.k8s.io/e2e-test-images/agnhost:2.53";
    private const string Pause = "registry.k8s.io/pause:3.9";
    private const string Sidecar = $$$"""
        {"name":"container-redirect","image":"{{{Agnhost}}}","args":["netexec","--udp-port","-1"],"restartPolicy":"Always",
        "startupProbe":{"httpGet":{"path":"/echo?msg=startup","port":8080},"periodSeconds":1}}
        """;

    public string Namespace { get; private set; } = "";

    internal ApiCollection Pods => ApiCollection.Of(shared.Rest, "pods", Namespace);

    public async Task InitializeAsync()
    {
        Namespace = await shared.NewNamespaceAsync();
        await Pods.CreateAsync(Pod(Server, $$$"""{"name":"main","image":"{{{Agnhost}}}","args":["netexec"]}"""));
        await Pods.CreateAsync(Pod(Counter, $$$"""{"name":"main","image":"{{{Agnhost}}}","args":["nettest"]}"""));
        var (server, counter) = (await AddressAsync(Server), await AddressAsync(Counter));
        await Task.WhenAll(Manifests(server, counter).Select(manifest => Pods.CreateAsync(manifest)));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public Task UntilReadyAsync(string name) => Pods.UntilAsync(name, pod => pod.Condition("Ready") == "True", "is Ready");

    public async Task DeleteAsync(string name, int grace = 15)
    {
        await Pods.DeleteAsync(name, $$"""{"gracePeriodSeconds":{{grace}}}""");
        await Pods.UntilGoneAsync(name);
    }

    public async Task<string> LogOfServerAsync() => (await shared.Rest.SendAsync(HttpMethod.Get, $"{Pods.Path}/{Server}/log", null, "")).Body;

    private async Task<string> AddressAsync(string name)
    {
        await UntilReadyAsync(name);
        return (await Pods.GetAsync(name)).Text("status/podIP");
    }

    private static IEnumerable<string> Manifests(string server, string counter)
    {
        foreach (var hook in (string[])["postStart", "preStop"])
        {
            var exec = $$$"""{"exec":{"command":["sh","-c","curl http://{{{server}}}:8080/echo?msg={{{hook}}}-exec"]}}""";
            yield return Pod($"{hook.ToLowerInvariant()}-exec", Hooked(hook, exec, Agnhost));
            var get = $$$"""{"httpGet":{"port":8080,"path":"/dial?host={{{server}}}&port=8080&request=echo%3Fmsg%3D{{{hook}}}-http"}}""";
            yield return Pod($"{hook.ToLowerInvariant()}-http", Hooked(hook, get, Pause), Sidecar);
        }
        var post = $$$"""{"exec":{"command":["wget","-O-","--post-data={\"Source\":\"prestop\"}","http://{{{counter}}}:8080/write"]}}""";
        yield return Pod("tester", Hooked("preStop", post, "busybox:1.36", "\"command\":[\"sleep\",\"600\"],"));
    }

    private static string Hooked(string hook, string handler, string image, string command = "") =>
        $$$"""{{{{command}}}"name":"main","image":"{{{image}}}","lifecycle":{"{{{hook}}}":{{{handler}}}}}""";

    private static string Pod(string name, string container, string sidecar = "") =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"nodeName":"node-1","initContainers":[{{{sidecar}}}],"containers":[{{{container}}}]}}""";
}
