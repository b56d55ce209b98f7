using MiniK8s.Api.Errors;
using MiniK8s.Hosting.Feeds;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Audit;

/// <summary>Hands each record to everybody who watches. No watcher can hold up a request: the slow one misses records and is told so.</summary>
internal sealed class AuditFeed
{
    /// <summary>Watches served at once.</summary>
    public const int MaxWatchers = 64;

    /// <summary>Records that may wait for one reader.</summary>
    public const int Capacity = 1024;

    private readonly Feed<AuditRecord> _feed = new(MaxWatchers, Capacity);

    /// <summary>Begins a watch: it sees every record that is published after this returns. 429 when there are too many.</summary>
    public FeedWatcher<AuditRecord> Watch(AuditFilter filter) =>
        _feed.TryWatch(filter.Includes, out var watcher) ? watcher : throw StatusErrors.TooManyRequests("too many audit watches are open", retryAfterSeconds: 1);

    /// <summary>Tells the watchers of a record.</summary>
    public void Publish(AuditRecord record) => _feed.Publish(record);
}
