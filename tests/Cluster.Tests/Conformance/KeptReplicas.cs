using System.Collections.Concurrent;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>Keeps so many pods of each template in a namespace, as the ReplicaSet controller does: one that is being deleted, has ended or is gone has a successor at once.</summary>
internal sealed class KeptReplicas : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _templates = [];     // by the value of the label name
    private readonly ConcurrentDictionary<string, int> _seen = [];
    private readonly HashSet<string> _replaced = [];     // uids
    private readonly ApiCollection _pods;
    private readonly ApiWatch _watch;
    private readonly Task _run;
    private volatile bool _ends;

    private KeptReplicas(ApiCollection pods, ApiWatch watch)
    {
        (_pods, _watch) = (pods, watch);
        _run = RunAsync();
    }

    /// <param name="pods">Of a namespace that has none yet.</param>
    public static async Task<KeptReplicas> StartAsync(ApiCollection pods) =>
        new(pods, await pods.WatchAsync($"resourceVersion={(await pods.ListAsync()).Version()}"));

    /// <summary>From now on there are so many pods of the template, which has a generateName and the label <c>name</c>.</summary>
    public async Task KeepAsync(string name, int replicas, string template)
    {
        _templates[name] = template;
        for (var i = 0; i < replicas; i++) await _pods.CreateAsync(template);
    }

    /// <summary>Waits until so many pods of the sets have been seen to come, and no more.</summary>
    public async Task UntilSeenAsync(params (string Name, int Pods)[] sets)
    {
        await Eventually.TrueAsync(() => _run.IsCompleted || sets.All(set => Seen(set.Name) >= set.Pods), $"as many pods as {string.Join(", ", sets)}, not {string.Join(", ", _seen)}");
        if (_run.IsCompleted) await _run;
        Assert.Equal(sets, sets.Select(set => (set.Name, Seen(set.Name))));
    }

    public async ValueTask DisposeAsync()
    {
        _ends = true;
        await _watch.DisposeAsync();
        await _run;
    }

    private int Seen(string name) => _seen.GetValueOrDefault(name);

    private async Task RunAsync()
    {
        try
        {
            while (true) await TakeAsync(await _watch.NextAsync());
        }
        catch (Exception exception) when (_ends && exception is IOException or ObjectDisposedException or HttpRequestException)
        {
            // The test is over.
        }
    }

    private async Task TakeAsync(ApiEvent change)
    {
        var name = change.Object.Text("metadata/labels/name");
        if (!_templates.TryGetValue(name, out var template)) return;
        if (change.Type == "ADDED") _seen.AddOrUpdate(name, 1, (_, count) => count + 1);
        if (!IsActive(change) && _replaced.Add(change.Object.Text("metadata/uid")) && !_ends) await _pods.CreateAsync(template);
    }

    private static bool IsActive(ApiEvent change) =>
        change.Type != "DELETED" && change.Object.Text("metadata/deletionTimestamp").Length == 0 && change.Object.Text("status/phase") is not ("Succeeded" or "Failed");
}
