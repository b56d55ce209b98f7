using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>One watch on a stream: what it wants, and how far it has got.</summary>
/// <param name="stream">The stream that carries it.</param>
/// <param name="id">Its id on the stream.</param>
/// <param name="request">What the client asked for.</param>
internal sealed class Watcher(WatchStream stream, long id, WatchCreateRequest request)
{
    private readonly bool _withoutPuts = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Noput);
    private readonly bool _withoutDeletes = request.Filters.Contains(WatchCreateRequest.Types.FilterType.Nodelete);

    /// <summary>The stream that carries it.</summary>
    public WatchStream Stream { get; } = stream;

    /// <summary>Its id on the stream.</summary>
    public long Id { get; } = id;

    /// <summary>The keys it watches; a request without a key watches from the smallest.</summary>
    public KeyRange Range { get; } = KeyRange.From(request.Key.IsEmpty ? WatchKeys.Smallest : request.Key, request.RangeEnd);

    /// <summary>Whether responses may be split.</summary>
    public bool MayFragment { get; } = request.Fragment;

    /// <summary>Whether a quiet watch wants to hear the revision from time to time.</summary>
    public bool WantsProgress { get; } = request.ProgressNotify;

    /// <summary>Whether something was sent since the last progress tick, which then has nothing to add. The stream's loop only.</summary>
    public bool SentSinceTick { get; set; }

    /// <summary>The first revision it was asked for, 0 for whatever comes next; no progress is announced below it.</summary>
    public long StartRevision { get; } = request.StartRevision;

    /// <summary>The next revision it must see. Guarded by the hub's lock.</summary>
    public long Next { get; set; }

    /// <summary>Responses for it that wait in the stream's outbox. Guarded by the hub's lock.</summary>
    public int Queued { get; set; }

    /// <summary>Where it stands. Guarded by the hub's lock.</summary>
    public WatcherState State { get; set; }

    /// <summary>The event as this watch is to see it; null when it is not to see it.</summary>
    public Event? Select(StoredEvent stored) => Wants(stored.Version.Key, stored.Version.IsTombstone) ? Show(stored) : null;

    /// <summary>The old change as this watch is to see it; null when it is not to see it, and then nothing is read from disk.</summary>
    /// <inheritdoc cref="KeyHistory.At" path="/exception"/>
    public Event? Select(MvccSnapshot snapshot, Change change)
    {
        if (!Wants(change.Key, change.IsTombstone)) return null;
        return Show(request.PrevKv ? snapshot.EventOf(change) : new StoredEvent(change.Version, previous: null));
    }

    private bool Wants(ByteString key, bool isDeletion) => !(isDeletion ? _withoutDeletes : _withoutPuts) && Range.Contains(key);

    private Event Show(StoredEvent stored) => request.PrevKv ? stored.WithPrevious : stored.Plain;
}

/// <summary>Where a watcher stands.</summary>
internal enum WatcherState
{
    /// <summary>Has everything that was published (or starts later): the hub sends it what happens.</summary>
    Synced,

    /// <summary>Behind: the stream's loop reads history for it.</summary>
    Unsynced,

    /// <summary>Over; nothing more may be sent for it.</summary>
    Cancelled,
}
