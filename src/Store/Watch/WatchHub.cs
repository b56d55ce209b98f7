using Google.Protobuf;

using MiniK8s.Hosting.Waking;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>Knows every watcher, and gives the synced ones what the writer publishes.</summary>
/// <remarks>
/// <code>
/// state    | what happens                               | next state
/// ---------+--------------------------------------------+-----------------------------------------
/// (new)    | start is 0 or past the newest revision     | Synced
/// (new)    | start is in the past                       | Unsynced
/// Synced   | events, room in the stream's outbox        | Synced
/// Synced   | events, outbox full                        | Unsynced, from the first event left out
/// Unsynced | history read up to the newest revision     | Synced
/// Unsynced | needs revisions that were compacted        | Cancelled, naming the compact revision
/// any      | cancel request, end of stream              | Cancelled
/// </code>
/// The writer only takes the lock, matches once for all watchers that want the same, and leaves: an outbox holds at most
/// --watch-buffer responses, whose events are encoded once and shared. What does not fit is read from history by the stream's own loop, at the pace of its client. So a slow
/// client costs nobody else, and nothing is lost unless compaction overtakes it, which it is told.
/// Many streams are woken one after the other (<see cref="WakePace"/>); outboxes gather meanwhile.
/// Room for later: different ranges are matched one by one, which is fine for thousands of them, not for millions.
/// </remarks>
/// <param name="options">How much an outbox holds.</param>
/// <param name="pace">How streams are woken; without one, in turns on the thread pool.</param>
internal sealed class WatchHub(StoreOptions options, WakePace? pace = null) : IWatchHub
{
    private readonly WakePace _pace = pace ?? new WakePace();
    private readonly Lock _gate = new();        // guards everything here, and what watchers and outboxes say it guards; before the pace's own
    private readonly Dictionary<WatchInterest, WatchGroup> _groups = [];
    private readonly Dictionary<ByteString, List<WatchGroup>> _byKey = [];
    private readonly List<WatchGroup> _byRange = [];
    private readonly List<WatchGroup> _selected = [];                       // have events of the batch in hand
    private long _notified = 1;
    private int _unsynced;

    /// <summary>Watchers that read history now.</summary>
    public int Unsynced => Volatile.Read(ref _unsynced);

    /// <summary>Sets the newest revision after recovery, before anything is published or watched.</summary>
    public void StartAt(long revision)
    {
        lock (_gate) _notified = revision;
    }

    /// <inheritdoc />
    public void Notify(IReadOnlyList<LogEntry> published)
    {
        lock (_gate)
        {
            var first = _notified + 1;
            foreach (var entry in published)
            {
                if (entry is not RevisionEntry revision) continue;
                Select(revision);
                _notified = revision.Revision;
            }
            foreach (var group in _selected) Deliver(group, first);
            _selected.Clear();
            _pace.Ring();
        }
    }

    /// <summary>Takes up a new watcher.</summary>
    /// <returns>The newest revision: a watcher that starts at 0 sees exactly what comes after it.</returns>
    public long Add(Watcher watcher)
    {
        lock (_gate)
        {
            watcher.Next = watcher.StartRevision == 0 ? _notified + 1 : watcher.StartRevision;
            if (watcher.Next > _notified) Sync(watcher);
            else MarkUnsynced(watcher);
            return _notified;
        }
    }

    /// <summary>Ends a watcher: nothing more comes out of the outbox for it.</summary>
    /// <returns>The newest revision.</returns>
    public long Cancel(Watcher watcher)
    {
        lock (_gate)
        {
            if (watcher.State == WatcherState.Synced) RemoveFromIndex(watcher);
            if (watcher.State == WatcherState.Unsynced) CountUnsynced(watcher, -1);
            watcher.State = WatcherState.Cancelled;
            return _notified;
        }
    }

    /// <summary>Notes how far an unsynced watcher has read history, and moves it to the synced ones if that is all there is.</summary>
    public void Advance(Watcher watcher, long next)
    {
        lock (_gate)
        {
            if (watcher.State != WatcherState.Unsynced) return;
            watcher.Next = next;
            if (next <= _notified) return;
            CountUnsynced(watcher, -1);
            Sync(watcher);
        }
    }

    /// <summary>The next revision a watcher needs from history; null when it needs none, or still has responses in the outbox.</summary>
    public long? NextFromHistory(Watcher watcher)
    {
        lock (_gate) return watcher is { State: WatcherState.Unsynced, Queued: 0 } ? watcher.Next : null;
    }

    /// <summary>Takes all that is still wanted out of the outbox, the oldest first.</summary>
    public void TakeAll(Outbox outbox, List<Outgoing> taken)
    {
        lock (_gate)
        {
            while (outbox.TryTake(out var outgoing))
            {
                if (outgoing.Watcher is { } watcher)
                {
                    watcher.Queued--;
                    if (watcher.State == WatcherState.Cancelled) continue;
                }
                taken.Add(outgoing);
            }
        }
    }

    /// <summary>Puts an announcement of the newest revision into the outbox, behind every event it vouches for.</summary>
    /// <param name="outbox">The stream's outbox.</param>
    /// <param name="watchers">Those it speaks for.</param>
    /// <param name="target">The one it is addressed to; null for the stream as a whole (watch id -1).</param>
    /// <returns>False when one of them is behind, or starts later: then nothing is announced.</returns>
    public bool TryAnnounceProgress(Outbox outbox, IEnumerable<Watcher> watchers, Watcher? target)
    {
        lock (_gate)
        {
            if (watchers.Any(watcher => watcher.State == WatcherState.Unsynced || watcher.StartRevision > _notified)) return false;
            if (target is not null) target.Queued++;
            outbox.Add(new Outgoing(target, [], _notified));
            outbox.Bell.Ring();
            return true;
        }
    }

    private void Select(RevisionEntry entry)
    {
        foreach (var stored in entry.Events)
        {
            foreach (var group in _byRange) Select(group, stored);
            if (!_byKey.TryGetValue(stored.Version.Key, out var groups)) continue;
            foreach (var group in groups) Select(group, stored);
        }
    }

    private void Select(WatchGroup group, StoredEvent stored)
    {
        if (group.Select(stored)) _selected.Add(group);
    }

    private void Deliver(WatchGroup group, long batchStart)
    {
        var events = group.TakeSelected();
        for (var i = group.Watchers.Count - 1; i >= 0; i--)       // backwards: who is full leaves the group
        {
            var watcher = group.Watchers[i];
            if (watcher.Next <= events[0].Revision) Deliver(watcher, events, batchStart);
            else if (watcher.Next <= events[^1].Revision) Deliver(watcher, [.. events.Where(one => one.Revision >= watcher.Next)], batchStart);
        }
    }

    private void Deliver(Watcher watcher, IReadOnlyList<EncodedEvent> events, long batchStart)
    {
        if (watcher.Stream.Outbox.Count < options.WatchBuffer)
        {
            watcher.Queued++;
            watcher.Next = _notified + 1;
            var outbox = watcher.Stream.Outbox;
            outbox.Add(new Outgoing(watcher, events, _notified));
            _pace.Add(outbox.Bell);
            return;
        }
        RemoveFromIndex(watcher);
        watcher.Next = long.Max(watcher.Next, batchStart);
        MarkUnsynced(watcher);
        watcher.Stream.Outbox.Bell.Ring();
    }

    private void Sync(Watcher watcher)
    {
        watcher.State = WatcherState.Synced;
        if (!_groups.TryGetValue(watcher.Interest, out var group))
        {
            _groups.Add(watcher.Interest, group = new WatchGroup(watcher.Interest));
            Index(group);
        }
        group.Watchers.Add(watcher);
    }

    private void Index(WatchGroup group)
    {
        var range = group.Interest.Range;
        if (range.Kind != KeyRangeKind.Single)
        {
            _byRange.Add(group);
            return;
        }
        if (!_byKey.TryGetValue(range.Start, out var groups)) _byKey.Add(range.Start, groups = []);
        groups.Add(group);
    }

    private void MarkUnsynced(Watcher watcher)
    {
        watcher.State = WatcherState.Unsynced;
        CountUnsynced(watcher, 1);
    }

    private void CountUnsynced(Watcher watcher, int more)
    {
        _unsynced += more;
        watcher.Stream.Unsynced += more;
    }

    private void RemoveFromIndex(Watcher watcher)
    {
        var group = _groups[watcher.Interest];
        group.Watchers.Remove(watcher);
        if (group.Watchers.Count > 0) return;
        _groups.Remove(watcher.Interest);
        var range = group.Interest.Range;
        if (range.Kind != KeyRangeKind.Single)
        {
            _byRange.Remove(group);
            return;
        }
        var groups = _byKey[range.Start];
        groups.Remove(group);
        if (groups.Count == 0) _byKey.Remove(range.Start);
    }
}
