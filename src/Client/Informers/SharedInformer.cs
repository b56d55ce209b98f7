using Microsoft.Extensions.Logging;

using MiniK8s.Client.Reflection;
using MiniK8s.Client.Resources;
using MiniK8s.Protocol;
using MiniK8s.Protocol.V1;

namespace MiniK8s.Client.Informers;

/// <summary>One watch on a kind, one cache of it, any number of handlers told of its changes.</summary>
/// <remarks>
/// The cache changes first, then the handlers hear. A repeated state (same uid and resourceVersion) is told to nobody. What happened while the
/// watch was lost is told as the difference: an object deleted and made again meanwhile is one update with another uid.
/// </remarks>
public sealed class SharedInformer<T> : IReflectorSink<T>
    where T : class, IApiObject
{
    private readonly Reflector<T> _reflector;
    private readonly InformerOptions _options;
    private readonly ILogger _logger;
    private readonly List<HandlerQueue<T>> _handlers = [];
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _running;

    /// <summary>Nothing runs before <see cref="RunAsync"/>.</summary>
    public SharedInformer(
        IListerWatcher<T> source, InformerOptions options, TimeProvider time, Random random, ILogger<SharedInformer<T>> logger)
    {
        _reflector = new Reflector<T>(source, this, options.Backoff, time, random, logger);
        _options = options;
        _logger = logger;
    }

    /// <summary>The objects as last heard of; empty until the first list has come.</summary>
    public IndexedCache<T> Cache { get; } = new();

    /// <summary>Whether the cache has held the whole collection once.</summary>
    public bool HasSynced => _synced.Task.IsCompletedSuccessfully;

    /// <summary>Done when <see cref="HasSynced"/> and every handler has been told of the first list; cancelled if the informer stops before.</summary>
    public Task Synced => Task.WhenAll([_synced.Task, .. _handlers.Select(handler => handler.Synced)]);

    /// <summary>Adds a handler; only before <see cref="RunAsync"/>.</summary>
    public void AddHandler(IInformerHandler<T> handler)
    {
        if (_running) throw new InvalidOperationException("Handlers are added before the informer runs.");
        _handlers.Add(new HandlerQueue<T>(handler, _options.HandlerQueueLimit, _logger));
    }

    /// <summary>Follows the server until stopped; faults are logged and retried. Call once.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        _running = true;
        var handlers = _handlers.Select(handler => handler.RunAsync(stopping)).ToList();
        await _reflector.RunAsync(stopping);
        _synced.TrySetCanceled(stopping);
        await Task.WhenAll(handlers);
    }

    async ValueTask IReflectorSink<T>.ReplaceAsync(IReadOnlyList<T> items, CancellationToken ct)
    {
        var listed = items.Select(item => ObjectKey.Of(item)).ToHashSet();
        foreach (var gone in Cache.List().Select(obj => ObjectKey.Of(obj)).Where(key => !listed.Contains(key))) await RemoveAsync(gone, ct);
        foreach (var item in items) await SetAsync(item, ct);
        if (_synced.TrySetResult())
        {
            foreach (var handler in _handlers) await handler.MarkSyncedAsync(ct);
        }
    }

    ValueTask IReflectorSink<T>.ApplyAsync(WatchChange<T> change, CancellationToken ct) =>
        change.Type == WatchEventType.Deleted ? RemoveAsync(ObjectKey.Of(change.Object), ct, change.Object) : SetAsync(change.Object, ct);

    private async ValueTask SetAsync(T current, CancellationToken ct)
    {
        var old = Cache.Set(current);
        if (old is null) await TellAsync(handler => handler.OnAdd(current), ct);
        else if (!IsSame(old, current)) await TellAsync(handler => handler.OnUpdate(old, current), ct);
    }

    private async ValueTask RemoveAsync(ObjectKey key, CancellationToken ct, T? last = null)
    {
        if (Cache.Remove(key) is { } known) await TellAsync(handler => handler.OnDelete(last ?? known), ct);
    }

    private async ValueTask TellAsync(Action<IInformerHandler<T>> change, CancellationToken ct)
    {
        foreach (var handler in _handlers) await handler.AddAsync(change, ct);
    }

    private static bool IsSame(T old, T current) =>
        old.Metadata.Uid == current.Metadata.Uid && old.Metadata.ResourceVersion == current.Metadata.ResourceVersion;
}
