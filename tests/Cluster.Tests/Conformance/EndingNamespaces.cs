namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Namespaces whose deletion has begun before the first test asks: it takes its time, and they end side by side.</summary>
public sealed class EndingNamespaces(SharedLab shared) : IAsyncLifetime
{
    public string WithPod { get; } = "nsdelete-pod";

    public string WithService { get; } = "nsdelete-service";

    /// <summary>Holds a ConfigMap, and a Pod that a finalizer keeps.</summary>
    public string Ordered { get; } = "nsdelete-ordered";

    public async Task InitializeAsync()
    {
        foreach (var name in new[] { WithPod, WithService, Ordered }) await shared.OpenNamespaceAsync(name);
        var pods = ApiCollection.Of(shared.Rest, "pods", WithPod);
        await pods.CreateAsync(ConformanceTests.Pod("test-pod"));
        await ApiCollection.Of(shared.Rest, "services", WithService).CreateAsync(
            """{"metadata":{"name":"test-service"},"spec":{"selector":{"foo":"bar","baz":"blah"},"ports":[{"port":80,"targetPort":80}]}}""");
        await ApiCollection.Of(shared.Rest, "configmaps", Ordered).CreateAsync("""{"metadata":{"name":"test-configmap"}}""");
        await ApiCollection.Of(shared.Rest, "pods", Ordered).CreateAsync(
            """{"metadata":{"name":"test-pod-1","finalizers":["e2e.example.com/finalizer"]},"spec":{"terminationGracePeriodSeconds":1,"containers":[{"name":"main","image":"registry.k8s.io/pause:3.9"}]}}""");
        await pods.UntilAsync("test-pod", pod => pod.Text("status/phase") == "Running", "is Running");
        foreach (var name in new[] { WithPod, WithService, Ordered }) await ApiCollection.Of(shared.Rest, "namespaces").DeleteAsync(name);
    }

    public Task DisposeAsync() => Task.CompletedTask;
}
