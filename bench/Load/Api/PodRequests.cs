using System.Diagnostics;
using System.Text;

using MiniK8s.ClusterKit;

namespace MiniK8s.Load.Api;

/// <summary>REST requests about Pods of one namespace, timed from sending to the last byte of the answer. The Pods wait for a scheduler that does not exist: nobody else touches them.</summary>
internal sealed class PodRequests(Lab lab) : IDisposable
{
    private const string Pods = "/api/v1/namespaces/default/pods";
    private readonly RestClient _rest = new(lab.Kubeconfig);

    public static string Name(int number) => $"pod-{number:D6}";

    /// <summary>Creates the Pods of these numbers, 32 at a time.</summary>
    public Task FillAsync(int from, int to) =>
        Parallel.ForAsync(from, to, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (number, _) => await CreateAsync(number));

    public Task<TimeSpan> CreateAsync(int number) => SendAsync(HttpMethod.Post, Pods, Manifest(number), "application/json", 201);

    public Task<TimeSpan> GetAsync(int number) => SendAsync(HttpMethod.Get, $"{Pods}/{Name(number)}", null, "", 200);

    /// <summary>Writes the present moment into an annotation, so that watchers know when it was sent.</summary>
    public Task<TimeSpan> PatchAsync(int number) => SendAsync(
        HttpMethod.Patch, $"{Pods}/{Name(number)}", $$"""{"metadata":{"annotations":{"note":"{{SendingTimes.Now}}"} } }""", "application/merge-patch+json", 200);

    public Task<TimeSpan> DeleteAsync(int number) => SendAsync(HttpMethod.Delete, $"{Pods}/{Name(number)}?gracePeriodSeconds=0", null, "", 200);

    public Task<TimeSpan> ListAsync(string query = "") => SendAsync(HttpMethod.Get, Pods + query, null, "", 200);

    public void Dispose() => _rest.Dispose();

    private async Task<TimeSpan> SendAsync(HttpMethod method, string path, string? body, string contentType, int expected)
    {
        var sent = Stopwatch.GetTimestamp();
        var (code, length) = await _rest.SendAndDropAsync(method, path, body is null ? null : Encoding.UTF8.GetBytes(body), contentType);
        if (code != expected) throw new InvalidOperationException($"{method} {path} was answered {code} ({length} bytes), not {expected}.");
        return Stopwatch.GetElapsedTime(sent);
    }

    // What a small web server's Pod looks like: 1.1 KiB to send, about 3 KiB as it comes back.
    private static string Manifest(int number) => $$"""
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{Name(number)}}","labels":{"app":"web","shard":"s{{number % 100}}","tier":"front"},
        "annotations":{"note":"none"} },"spec":{"schedulerName":"nobody","restartPolicy":"Always","containers":[
        {"name":"web","image":"nginx:1.25","ports":[{"containerPort":80,"name":"http"}],
        "env":[{"name":"MODE","value":"production"},{"name":"NODE","valueFrom":{"fieldRef":{"fieldPath":"spec.nodeName"} } }],
        "resources":{"requests":{"cpu":"100m","memory":"64Mi"},"limits":{"memory":"128Mi"} },
        "readinessProbe":{"httpGet":{"path":"/","port":"http"} },"volumeMounts":[{"name":"data","mountPath":"/data"}]},
        {"name":"log","image":"busybox:1.36","command":["sh","-c","tail -F /data/log"],"volumeMounts":[{"name":"data","mountPath":"/data"}]}],
        "volumes":[{"name":"data","emptyDir":{} }] } }
        """;
}
