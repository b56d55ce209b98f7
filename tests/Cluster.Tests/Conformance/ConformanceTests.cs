using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>What the conformance tests share: the lab, and a namespace for each.</summary>
public abstract class ConformanceTests(SharedLab shared)
{
    protected Lab Lab => shared.Lab;

    internal RestClient Rest => shared.Rest;

    protected Task<string> NewNamespaceAsync() => shared.NewNamespaceAsync();

    /// <summary>A kind's objects in one namespace, or with "" in all, or of a kind without any.</summary>
    internal ApiCollection Of(string plural, string ns = "") => ApiCollection.Of(Rest, plural, ns);

    /// <summary>A request as it is, refused or not.</summary>
    internal Task<RestAnswer> AskAsync(HttpMethod method, string path, string body = "", string contentType = "application/json", string accept = "") =>
        Rest.SendAsync(method, path, body.Length == 0 ? null : System.Text.Encoding.UTF8.GetBytes(body), contentType, accept);

    /// <summary>A pod of one container.</summary>
    /// <param name="more">Further fields of its spec, such as <c>"restartPolicy":"Never"</c>.</param>
    internal static string Pod(string name, string labels = "{}", string image = "registry.k8s.io/pause:3.9", string more = "\"terminationGracePeriodSeconds\":1") =>
        $$$"""{"metadata":{"name":"{{{name}}}","labels":{{{labels}}}},"spec":{{{{more}}},"containers":[{"name":"main","image":"{{{image}}}"}]}}""";

    /// <summary>A pod whose container runs a shell script.</summary>
    internal static string Script(string name, string script, string more = "\"terminationGracePeriodSeconds\":1") =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{{{{more}}},"containers":[{"name":"main","image":"busybox:1.36","command":["sh","-c","{{{script}}}"]}]}}""";

    /// <summary>kill -9, and wait until the next one is ready.</summary>
    protected async Task KillApiserverAsync()
    {
        await Lab.KillAsync("apiserver");
        await Eventually.TrueAsync(IsReadyAsync, "the apiserver is ready again");
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            return (await AskAsync(HttpMethod.Get, "/readyz")).Code == 200;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    internal Task<System.Text.Json.Nodes.JsonNode> UntilReadyAsync(string ns, string pod) =>
        Of("pods", ns).UntilAsync(pod, each => each.Condition("Ready") == "True", "is Ready");
}
