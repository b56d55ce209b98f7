using System.Runtime.CompilerServices;

using MiniK8s.Api.Errors;
using MiniK8s.ApiServer.WatchCache;
using MiniK8s.Protocol.Meta.V1;

namespace MiniK8s.ApiServer.Registry;

/// <summary>The watch verb.</summary>
/// <remarks>
/// sendInitialEvents | resourceVersion | the watch begins with
/// ------------------+-----------------+-------------------------------------------------------------------
/// unset             | unset           | ADDED for the newest state
/// unset             | 0               | ADDED for the cache's state
/// unset             | N               | the changes after N; 410 when history does not go back so far
/// true              | any             | ADDED for a state not older than N (unset: the newest), then a bookmark if those are wanted
/// false             | unset, 0        | changes from now on
/// false             | N               | the changes after N
/// </remarks>
internal sealed class CollectionWatches(RegistryParts parts, CacheFreshness freshness)
{
    private const int MinTimeoutSeconds = 1800;

    /// <summary>Follows a collection until its time is up (a random one between 30 and 60 min if none is given).</summary>
    public async IAsyncEnumerable<IReadOnlyList<WatchChange>> WatchAsync(string ns, ListOptions options, [EnumeratorCancellation] CancellationToken ct)
    {
        ListOptionsRules.CheckWatch(options);
        var selection = Selections.Of(parts.Strategy, ns, options);
        var start = await StartAsync(options, ct);
        var timeout = options.HasTimeoutSeconds && options.TimeoutSeconds > 0
            ? TimeSpan.FromSeconds(long.Min(options.TimeoutSeconds, int.MaxValue / 1000))
            : TimeSpan.FromSeconds(MinTimeoutSeconds + parts.Identity.Next(MinTimeoutSeconds));
        var now = parts.Time.GetUtcNow();
        var bookmarks = options.AllowWatchBookmarks ? new BookmarkClock(now, now + timeout) : null;

        // Runs before the watch stands, so that whoever sees that it does may count on its end.
        using var limit = new CancellationTokenSource(timeout, parts.Time);
        using var watcher = parts.Cache.Watch(selection, start, bookmarks, out var oldest)
            ?? throw StatusErrors.Expired($"too old resource version: {options.ResourceVersion} ({oldest})");
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        await foreach (var changes in watcher.ReadAllAsync(either.Token)) yield return changes;
    }

    private async Task<WatchStart> StartAsync(ListOptions options, CancellationToken ct)
    {
        var revision = ResourceVersions.Parse(options.ResourceVersion);
        var wantsState = options.HasSendInitialEvents ? options.SendInitialEvents : revision == 0;
        await (options.ResourceVersion.Length == 0 ? freshness.NewestAsync(ct) : freshness.AnyAsync(ct));
        if (!wantsState) return revision == 0 ? new WatchStart.Now() : new WatchStart.After(revision);

        if (revision > 0) await freshness.AtLeastAsync(revision, ct);
        return new WatchStart.CurrentState(EndBookmark: options is { HasSendInitialEvents: true, AllowWatchBookmarks: true });
    }
}
