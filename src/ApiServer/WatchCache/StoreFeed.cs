using MiniK8s.Api.Errors;
using MiniK8s.Api.Objects;
using MiniK8s.ApiServer.Storage;
using MiniK8s.Protocol.Etcd;

namespace MiniK8s.ApiServer.WatchCache;

/// <summary>Keeps the caches equal to the store: lists once, then follows one watch over all keys, through every loss of the store.</summary>
/// <remarks>
/// position | the pass ended with                    | next pass
/// ---------+----------------------------------------+---------------------------------------------------------------
/// none     | listed at R                            | watch from R + 1
/// none     | store lost                             | list, after a pause
/// R        | store lost                             | watch from R + 1, after a pause: nothing is lost or seen twice
/// R        | R + 1 compacted                        | list; open watches end, their clients begin again
/// R        | another store, or one that is behind R | list; open watches end, their clients begin again
/// </remarks>
internal sealed partial class StoreFeed(
    IKeyValueStore store, ResourceCaches caches, TimeProvider time, ILogger<StoreFeed> logger) : BackgroundService
{
    private const int PageSize = 500;
    private static readonly TimeSpan MinPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BookmarkCheck = TimeSpan.FromSeconds(1);

    private readonly record struct Position(long Revision, ulong ClusterId);

    /// <summary>Whether the watch is running now; false while the store is away.</summary>
    public bool IsConnected { get; private set; }

    // The bookmarks' clock first: once the caches are ready it runs.
    /// <inheritdoc/>
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(OfferBookmarksAsync(stoppingToken), FollowAsync(stoppingToken));

    private async Task FollowAsync(CancellationToken stopping)
    {
        Position? position = null;
        var pause = MinPause;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                position = position is { } known && await IsSameStoreAsync(known, stopping) ? known : await ListAsync(stopping);
                SetConnected(true);
                await foreach (var batch in store.WatchAllAsync(position.Value.Revision + 1, stopping))
                {
                    Apply(batch);
                    position = position.Value with { Revision = batch.Revision };
                    pause = MinPause;
                }
            }
            catch (CompactedException)
            {
                LogCompacted(position?.Revision ?? 0);
                position = null;
            }
            catch (Exception ex) when (!stopping.IsCancellationRequested)
            {
                if (IsConnected || ex is not ApiException) LogStoreLost(ex.Message);
                SetConnected(false);
                await DelayAsync(pause, stopping);
                pause = TimeSpan.FromTicks(long.Min(pause.Ticks * 2, MaxPause.Ticks));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<bool> IsSameStoreAsync(Position known, CancellationToken ct)
    {
        var head = await store.RangeAsync(StoreRange.One(StoreKeys.Root) with { CountOnly = true }, ct);
        if (head.ClusterId == known.ClusterId && head.Revision >= known.Revision) return true;
        LogAnotherStore(known.Revision, head.Revision);
        return false;
    }

    private async Task<Position> ListAsync(CancellationToken ct)
    {
        var found = caches.All.ToDictionary(entry => entry.Value, _ => new List<CachedObject>());
        var range = StoreRange.Prefix(StoreKeys.Root) with { Limit = PageSize };
        RangePage page;
        do
        {
            page = await store.RangeAsync(range, ct);
            foreach (var stored in page.Items)
            {
                if (caches.TryFind(stored.Key, out var kind, out var cache) && TryDecode(kind, stored) is { } item) found[cache].Add(item);
            }
            if (range.Revision == 0) range = range with { Revision = page.Revision };
            if (page.Items.Count > 0) range = range with { Key = page.Items[^1].Key.ToStringUtf8() + "\0" };
        }
        while (page.HasMore);

        foreach (var (cache, objects) in found) cache.Reset(objects, range.Revision);
        caches.Advance(range.Revision);
        caches.MarkReady();
        LogListed(found.Values.Sum(list => list.Count), range.Revision);
        return new Position(range.Revision, page.ClusterId);
    }

    private void Apply(StoreEvents batch)
    {
        foreach (var change in batch.Events)
        {
            if (!caches.TryFind(change.Kv.Key, out var kind, out var cache)) continue;
            // What cannot be decoded is treated as gone: it must not stop the kind, and its last good state is no longer true.
            var after = change.Type == Event.Types.EventType.Put ? TryDecode(kind, change.Kv) : null;
            cache.Apply(change.Kv.Key.ToStringUtf8(), after, change.Kv.ModRevision);
        }
        caches.Advance(batch.Revision);
    }

    private CachedObject? TryDecode(ApiKind kind, KeyValue stored)
    {
        try
        {
            return new CachedObject(stored.Key.ToStringUtf8(), StoredObjects.Decode(kind, stored), stored.ModRevision);
        }
        catch (ApiException ex)
        {
            LogUndecodable(ex.Message);
            return null;
        }
    }

    private async Task OfferBookmarksAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(BookmarkCheck, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                foreach (var (_, cache) in caches.All) cache.OfferBookmarks(time.GetUtcNow());
            }
        }
        catch (OperationCanceledException)
        {
            // The process stops.
        }
    }

    private async Task DelayAsync(TimeSpan pause, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(pause, time, stopping);
        }
        catch (OperationCanceledException)
        {
            // The loop's condition ends it.
        }
    }

    private void SetConnected(bool connected)
    {
        if (connected && !IsConnected) LogConnected();
        IsConnected = connected;
    }

    [LoggerMessage(LogLevel.Information, "The watch over the store runs")]
    private partial void LogConnected();

    [LoggerMessage(LogLevel.Information, "Listed {Count} objects at {Revision}")]
    private partial void LogListed(int count, long revision);

    [LoggerMessage(LogLevel.Warning, "The store is lost, it will be tried again: {Reason}")]
    private partial void LogStoreLost(string reason);

    [LoggerMessage(LogLevel.Warning, "History after {Revision} has been compacted away, listing anew")]
    private partial void LogCompacted(long revision);

    [LoggerMessage(LogLevel.Warning, "The store is another one or was set back (from {Revision} to {Found}), listing anew")]
    private partial void LogAnotherStore(long revision, long found);

    [LoggerMessage(LogLevel.Error, "An object is left out: {Reason}")]
    private partial void LogUndecodable(string reason);
}
