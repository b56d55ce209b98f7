using System.Collections.Concurrent;
using System.Diagnostics;

using MiniK8s.Api.Errors;
using MiniK8s.Client.Resources;
using MiniK8s.ClusterKit;
using MiniK8s.Protocol.Core.V1;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Load;

/// <summary>Creates Pods, so many at once, and notes when each is seen Running on one watch over all of them.</summary>
internal sealed class PodStarts(IApiClient api)
{
    /// <summary>The smallest image of the catalogue: what is measured is the control plane.</summary>
    public const string Image = "registry.k8s.io/pause:3.9";

    private readonly ConcurrentDictionary<string, (long Began, TaskCompletionSource<TimeSpan> Running, TaskCompletionSource Gone)> _pods = new();

    /// <summary>The time from each create call to its Running event.</summary>
    /// <param name="prefix">Of the Pods' names.</param>
    /// <param name="count">How many.</param>
    /// <param name="inFlight">How many are on their way at once.</param>
    /// <param name="make">The Pod of that name and number; by default one of <see cref="Image"/>, for the scheduler.</param>
    public async Task<IReadOnlyList<TimeSpan>> RunAsync(string prefix, int count, int inFlight, Func<string, int, Pod>? make = null)
    {
        using var watching = new CancellationTokenSource();
        var now = await api.Resource<Pod>().ListAsync("default", null, CancellationToken.None);
        var watch = WatchAsync(now.ResourceVersion, watching.Token);
        using var slots = new SemaphoreSlim(inFlight);
        var starts = Enumerable.Range(0, count).Select(number => StartAsync((make ?? Plain)($"{prefix}-{number}", number), slots)).ToList();
        var latencies = await Task.WhenAll(starts);
        await watching.CancelAsync();
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return latencies;
    }

    /// <summary>Deletes them all and returns when the last one is gone.</summary>
    public async Task DeleteAllAsync()
    {
        using var watching = new CancellationTokenSource();
        var now = await api.Resource<Pod>().ListAsync("default", null, CancellationToken.None);
        var watch = WatchAsync(now.ResourceVersion, watching.Token);
        await Parallel.ForEachAsync(_pods.Keys, new ParallelOptions { MaxDegreeOfParallelism = 50 }, async (name, _) => await PolitelyAsync(() => api.DeletePodAsync("default", name)));
        await Task.WhenAll(_pods.Values.Select(p => p.Gone.Task));
        await watching.CancelAsync();
        await watch.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _pods.Clear();
    }

    private static Pod Plain(string name, int number) => A.Pod("default", name, Image).Grace(1);

    private async Task<TimeSpan> StartAsync(Pod pod, SemaphoreSlim slots)
    {
        await slots.WaitAsync();
        var running = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pods[pod.Metadata.Name] = (Stopwatch.GetTimestamp(), running, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        await PolitelyAsync(() => api.CreatePodAsync(pod));
        var latency = await running.Task;
        slots.Release();
        return latency;
    }

    // An apiserver that has too much to do says so, and is asked again after a moment.
    private static async Task PolitelyAsync(Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (ApiException exception) when (exception.Status.Code == 429)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    private async Task WatchAsync(string resourceVersion, CancellationToken ct)
    {
        await foreach (var change in api.Resource<Pod>().WatchAsync("default", new ListOptions { ResourceVersion = resourceVersion }, ct))
        {
            if (!_pods.TryGetValue(change.Object.Metadata.Name, out var pod)) continue;
            if (change.Type == WatchEventType.Deleted) pod.Gone.TrySetResult();
            else if (change.Object.Status?.Phase == "Running") pod.Running.TrySetResult(Stopwatch.GetElapsedTime(pod.Began));
        }
    }
}
