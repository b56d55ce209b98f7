using System.Collections.Concurrent;

using MiniK8s.Client.Resources;
using MiniK8s.Protocol;
using MiniK8s.Protocol.Meta.V1;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ClusterKit;

/// <summary>Everything one watch stream delivers, in order: what a component with the same selector sees.</summary>
public sealed class WatchRecording<T> : IAsyncDisposable
    where T : class, IApiObject
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<WatchChange<T>> _changes = new();
    private readonly Task _run;

    private WatchRecording(IApiClient api, string ns, ListOptions options) => _run = RunAsync(api, ns, options);

    /// <summary>The changes so far, bookmarks left out.</summary>
    public IReadOnlyList<WatchChange<T>> Changes => [.. _changes];

    /// <summary>Starts from now: what exists already is not delivered.</summary>
    public static async Task<WatchRecording<T>> StartAsync(IApiClient api, string ns, string fieldSelector = "")
    {
        var now = await api.Resource<T>().ListAsync(ns, new ListOptions { FieldSelector = fieldSelector }, CancellationToken.None);
        return new WatchRecording<T>(api, ns, new ListOptions { FieldSelector = fieldSelector, ResourceVersion = now.ResourceVersion });
    }

    /// <summary>Waits until a change fits and returns all changes up to and including it.</summary>
    public async Task<IReadOnlyList<WatchChange<T>>> UntilAsync(Func<WatchChange<T>, bool> fits, string what)
    {
        await Eventually.TrueAsync(() => _run.IsFaulted || _changes.Any(fits), what);
        if (_run.IsFaulted) await _run;
        var all = Changes;
        return [.. all.Take(all.TakeWhile(change => !fits(change)).Count() + 1)];
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(IApiClient api, string ns, ListOptions options)
    {
        await foreach (var change in api.Resource<T>().WatchAsync(ns, options, _stop.Token))
        {
            if (change.Type != WatchEventType.Bookmark) _changes.Enqueue(change);
        }
    }
}
