using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Cluster.Tests.ScriptedScenes;

/// <summary>The Pods of <c>samples/scenes</c>, all applied at once, since most of their time is spent waiting.</summary>
public sealed class SampleScenes : IAsyncLifetime
{
    private readonly SharedLab _shared;
    private readonly Lazy<Task<WatchRecording<Pod>>> _watch;

    public SampleScenes(SharedLab shared) => (_shared, _watch) = (shared, new(ApplyAsync));

    /// <summary>Where they stand.</summary>
    public static string Folder { get; } = Path.Combine(Repository.Root, "samples", "scenes");

    public Lab Lab => _shared.Lab;

    public string Namespace { get; private set; } = "";

    /// <summary>Waits until the Pod looks like that and gives it as it was all the way there.</summary>
    public async Task<IReadOnlyList<Pod>> UntilAsync(string pod, Func<Pod, bool> fits, string what)
    {
        var changes = await (await _watch.Value).UntilAsync(change => change.Object.Metadata.Name == pod && change.Type != WatchEventType.Deleted && fits(change.Object), $"{pod} {what}");
        return [.. changes.Where(change => change.Object.Metadata.Name == pod && change.Type != WatchEventType.Deleted).Select(change => change.Object)];
    }

    /// <summary>Waits until such an event of the Pod is there, and gives its message.</summary>
    public async Task<string> EventAsync(string pod, string reason)
    {
        await _watch.Value;
        var found = await Eventually.GetAsync(
            async () => (await Lab.Api.Resource<Event>().ListAsync(Namespace, options: null, CancellationToken.None)).Items
                .FirstOrDefault(e => e.InvolvedObject.Name == pod && e.Reason == reason),
            _ => true,
            $"the event {reason} of {pod}");
        return found.Message;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_watch.IsValueCreated) await (await _watch.Value).DisposeAsync();
    }

    private async Task<WatchRecording<Pod>> ApplyAsync()
    {
        Namespace = await _shared.NewNamespaceAsync();
        var watch = await WatchRecording<Pod>.StartAsync(Lab.Api, Namespace);
        await Lab.KubectlOkAsync("apply", "-n", Namespace, "-f", Folder);
        return watch;
    }
}
