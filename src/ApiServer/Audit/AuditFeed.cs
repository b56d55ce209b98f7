using System.Collections.Immutable;

using MiniK8s.Api.Errors;
using MiniK8s.Protocol.V1;

namespace MiniK8s.ApiServer.Audit;

/// <summary>Hands each record to everybody who watches. No watcher can hold up a request: the slow one misses records and is told so.</summary>
internal sealed class AuditFeed
{
    /// <summary>Watches served at once.</summary>
    public const int MaxWatchers = 64;

    private readonly Lock _gate = new();     // one at a time changes the list; whoever publishes reads it without
    private ImmutableArray<AuditWatcher> _watchers = [];

    /// <summary>Begins a watch: it sees every record that is published after this returns. 429 when there are too many.</summary>
    public AuditWatcher Watch(AuditFilter filter)
    {
        var watcher = new AuditWatcher(this, filter);
        lock (_gate)
        {
            if (_watchers.Length >= MaxWatchers) throw StatusErrors.TooManyRequests("too many audit watches are open", retryAfterSeconds: 1);
            _watchers = _watchers.Add(watcher);
        }
        return watcher;
    }

    /// <summary>Tells the watchers of a record.</summary>
    public void Publish(AuditRecord record)
    {
        foreach (var watcher in _watchers) watcher.Offer(record);
    }

    /// <summary>Drops a watcher that is done.</summary>
    public void Forget(AuditWatcher watcher)
    {
        lock (_gate) _watchers = _watchers.Remove(watcher);
    }
}
