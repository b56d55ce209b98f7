using System.Collections.Concurrent;

using MiniK8s.ClusterKit;

namespace MiniK8s.Cluster.Tests.Conformance;

/// <summary>A collection as a client knows it that goes on where it stood whenever its watch breaks off.</summary>
/// <remarks>
/// the watch                        | next
/// ---------------------------------+-------------------------------------------------
/// ended, or the server is away     | watch from the last version seen
/// is told that it is gone (410)    | list, take that as the state, watch from there
/// A change at or before what was seen already is a repeat, and fails the watch.
/// </remarks>
internal sealed class ResumingWatch : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<string, string> _state = new();
    private readonly ApiCollection _objects;
    private readonly string _query;
    private readonly Task _run;
    private long _seen;

    /// <param name="query">Selectors, or "".</param>
    /// <param name="since">Where it begins; what exists then is not known to it.</param>
    public ResumingWatch(ApiCollection objects, string query, string since)
    {
        (_objects, _query, _seen) = (objects, query, long.Parse(since));
        _run = RunAsync();
    }

    /// <summary>Waits until the client knows exactly these objects, given as <c>name@version</c>.</summary>
    public async Task UntilAsync(params string[] objects)
    {
        await Eventually.TrueAsync(() => _run.IsFaulted || Known().SequenceEqual(objects), $"{_query}: {string.Join(", ", objects)}, not {string.Join(", ", Known())}");
        if (_run.IsFaulted) await _run;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private string[] Known() => [.. _state.Select(each => $"{each.Key}@{each.Value}").Order(StringComparer.Ordinal)];

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await using var watch = await _objects.WatchAsync($"{_query}&resourceVersion={_seen}");
                await using var stopped = _stop.Token.Register(() => _ = watch.DisposeAsync());
                while (await watch.NextAsync() is { Type: not "ERROR" } change) Take(change);
                await ListAsync();
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException or ObjectDisposedException or ApiRefusal { Code: 503 or 429 })
            {
                await Task.Delay(Pause);
            }
        }
    }

    private void Take(ApiEvent change)
    {
        var version = long.Parse(change.Version);
        if (version <= _seen) throw new InvalidOperationException($"{change.Step} at {version} is told after {_seen}");
        _seen = version;
        if (change.Type == "DELETED") _state.TryRemove(change.Name, out _);
        else _state[change.Name] = change.Version;
    }

    private async Task ListAsync()
    {
        var list = await _objects.ListAsync($"?{_query}");
        var items = list.Items().ToDictionary(item => item.Name(), item => item.Version());
        foreach (var gone in _state.Keys.Except(items.Keys)) _state.TryRemove(gone, out _);
        foreach (var (name, version) in items) _state[name] = version;
        _seen = long.Parse(list.Version());
    }
}
