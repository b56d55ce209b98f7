using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Watch;

/// <summary>One watch on a stream: what it wants, and how far it has got.</summary>
/// <param name="stream">The stream that carries it.</param>
/// <param name="id">Its id on the stream.</param>
/// <param name="request">What the client asked for.</param>
internal sealed class Watcher(WatchStream stream, long id, WatchCreateRequest request)
{
    /// <summary>The stream that carries it.</summary>
    public WatchStream Stream { get; } = stream;

    /// <summary>Its id on the stream.</summary>
    public long Id { get; } = id;

    /// <summary>What it wants to see.</summary>
    public WatchInterest Interest { get; } = WatchInterest.Of(request);

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
