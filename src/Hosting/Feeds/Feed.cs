using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace MiniK8s.Hosting.Feeds;

/// <summary>Hands each item to everybody who watches. No watcher can hold up whoever publishes: the slow one misses items and is told how many.</summary>
/// <param name="maxWatchers">Watches served at once.</param>
/// <param name="capacity">Items that may wait for one reader.</param>
public sealed class Feed<T>(int maxWatchers, int capacity)
{
    private readonly Lock _gate = new();     // one at a time changes the list; whoever publishes reads it without
    private ImmutableArray<FeedWatcher<T>> _watchers = [];

    /// <summary>Begins a watch: it sees every item that fits and is published after this returns. False when there are too many.</summary>
    public bool TryWatch(Predicate<T> includes, [NotNullWhen(true)] out FeedWatcher<T>? watcher)
    {
        watcher = null;
        lock (_gate)
        {
            if (_watchers.Length >= maxWatchers) return false;
            watcher = new FeedWatcher<T>(this, includes, capacity);
            _watchers = _watchers.Add(watcher);
            return true;
        }
    }

    /// <summary>Tells the watchers of an item, which must not be changed any more.</summary>
    public void Publish(T item)
    {
        foreach (var watcher in _watchers) watcher.Offer(item);
    }

    internal void Forget(FeedWatcher<T> watcher)
    {
        lock (_gate) _watchers = _watchers.Remove(watcher);
    }
}
