using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>The pods of group 12, and those of group 14 that end again and again: all started before the first test asks, every state of each recorded.</summary>
/// <remarks>
/// Probes ask each second, where upstream's ask every ten; their initial delays are upstream's. A pod that must not be restarted is watched for as long as
/// <see cref="Clock"/> takes to be restarted three times: the others with a failing probe of the same delay have long been restarted by then.
/// </remarks>
public sealed class RestartedPods(SharedLab shared) : IAsyncLifetime
{
    public const int InitialDelay = 15;

    /// <summary>Fails its liveness probe three seconds after each start.</summary>
    public const string Clock = "http-restarts";

    public const int ClockRestarts = 3;

    private const string Agnhost = "registry.k8s.io/e2e-test-images/agnhost:2.53";
    private const string FailsAfterTenSeconds = "registry.k8s.io/liveness:latest";
    private const string CatHealth = """{"command":["cat","/tmp/health"]}""";
    private const string GrpcHealth = "\"args\":[\"grpc-health-checking\"],";

    private WatchRecording<Pod> _watch = null!;

    public async Task InitializeAsync()
    {
        var ns = await shared.NewNamespaceAsync();
        _watch = await WatchRecording<Pod>.StartAsync(shared.Lab.Api, ns);
        await Task.WhenAll(Manifests().Select(manifest => ApiCollection.Of(shared.Rest, "pods", ns).CreateAsync(manifest)));
    }

    public async Task DisposeAsync() => await _watch.DisposeAsync();

    /// <summary>A pod's states up to the first that fits.</summary>
    public async Task<IReadOnlyList<Pod>> UntilAsync(string name, Func<Pod, bool> fits, string what) =>
        [.. (await _watch.UntilAsync(change => change.Object.Metadata.Name == name && fits(change.Object), $"{name} {what}")).Select(change => change.Object).Where(pod => pod.Metadata.Name == name)];

    /// <summary>A pod's states up to its restart of that number.</summary>
    public Task<IReadOnlyList<Pod>> UntilRestartedAsync(string name, int count) => UntilAsync(name, pod => Restarts(pod) >= count, $"has been restarted {count} times");

    /// <summary>A pod's states for as long as the remarks say.</summary>
    public async Task<IReadOnlyList<Pod>> WatchedAsync(string name)
    {
        await UntilRestartedAsync(Clock, ClockRestarts);
        return [.. _watch.Changes.Select(change => change.Object).Where(pod => pod.Metadata.Name == name)];
    }

    public static int Restarts(Pod pod) => pod.Status.ContainerStatuses.FirstOrDefault()?.RestartCount ?? 0;

    private static IEnumerable<string> Manifests()
    {
        yield return Probed("ready-delayed", "nginx:1.25", Probe("readiness", "httpGet", """{"path":"/","port":80}"""));
        yield return Probed("ready-never", "nginx:1.25", Probe("readiness", "httpGet", """{"path":"/","port":81}""", delay: 0));
        yield return Probed("exec-restart", "busybox:1.36", Probe("liveness", "exec", CatHealth), Shell("echo ok > /tmp/health; sleep 10; rm -rf /tmp/health; sleep 600"));
        yield return Probed("exec-stays", "busybox:1.36", Probe("liveness", "exec", CatHealth), Shell("echo ok > /tmp/health; sleep 600"));
        yield return Probed("http-restart", FailsAfterTenSeconds, Probe("liveness", "httpGet", """{"path":"/healthz","port":8080}"""));
        yield return Probed("http-stays", "nginx:1.25", Probe("liveness", "httpGet", """{"path":"/","port":80}"""));
        yield return Probed("tcp-stays", FailsAfterTenSeconds, Probe("liveness", "tcpSocket", """{"port":8080}"""));
        yield return Probed(
            Clock, "nginx:1.25", Probe("liveness", "httpGet", """{"path":"/healthz","port":80}""", delay: 1),
            Shell("cd /usr/share/nginx/html; echo ok > healthz; (sleep 3; rm healthz) & exec nginx -g 'daemon off;'"));
        yield return Probed("grpc-stays", Agnhost, Probe("liveness", "grpc", """{"port":5000}"""), GrpcHealth);
        yield return Probed("grpc-restart", Agnhost, Probe("liveness", "grpc", """{"port":2333}"""), GrpcHealth);

        // Fails at first, then succeeds, then goes on for ever.
        foreach (var policy in (string[])["Always", "OnFailure", "Never"])
        {
            yield return $$$"""
                {"metadata":{"name":"ends-{{{policy.ToLowerInvariant()}}}"},"spec":{"restartPolicy":"{{{policy}}}","terminationGracePeriodSeconds":1,"volumes":[{"name":"runs","emptyDir":{"medium":"Memory"}}],
                "containers":[{"name":"main","image":"busybox:1.36","volumeMounts":[{"name":"runs","mountPath":"/runs"}],
                {{{Shell("echo run >> /runs/count; case $(wc -l < /runs/count) in 1) exit 1;; 2) exit 0;; esac; while true; do sleep 1; done").TrimEnd(',')}}}}]}}
                """;
        }
    }

    private static string Shell(string script) => $"\"command\":[\"sh\",\"-c\",\"{script}\"],";

    private static string Probe(string kind, string handler, string action, int delay = InitialDelay) =>
        $$$""" "{{{kind}}}Probe":{"{{{handler}}}":{{{action}}},"initialDelaySeconds":{{{delay}}},"periodSeconds":1,"timeoutSeconds":5,"failureThreshold":1},""";

    private static string Probed(string name, string image, string probe, string command = "") => $$$"""
        {"metadata":{"name":"{{{name}}}"},"spec":{"terminationGracePeriodSeconds":1,"containers":[{{{{probe}}}{{{command}}}"name":"main","image":"{{{image}}}"}]}}
        """;
}
