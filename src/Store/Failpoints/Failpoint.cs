namespace MiniK8s.Store.Failpoints;

/// <summary>The places at which a test can make the store fail. Flags write them like <c>after-sync</c>.</summary>
internal enum Failpoint
{
    /// <summary>A batch is staged and encoded; nothing of it is in the log.</summary>
    BeforeLogWrite,

    /// <summary>A batch is written, not synced.</summary>
    BeforeSync,

    /// <summary>A batch is durable; nobody knows of it.</summary>
    AfterSync,

    /// <summary>A batch can be read; watchers have not heard of it.</summary>
    AfterPublish,

    /// <summary>A batch can be read and watchers have it; its callers have no answer.</summary>
    BeforeAnswer,

    /// <summary>A watch stream is about to send a response.</summary>
    WatchSend,

    /// <summary>A batch with a compaction is staged, not logged.</summary>
    CompactionStaged,

    /// <summary>Leases have run out; their end is not yet in the queue of writes.</summary>
    LeaseExpiry,

    /// <summary>A transaction of settled entries is filled, not committed.</summary>
    SettleBeforeCommit,

    /// <summary>The backend has committed settled entries; their segment is still there.</summary>
    SettleAfterCommit,

    /// <summary>The backend has synced past a segment that is about to be deleted.</summary>
    BeforeSegmentDrop,

    /// <summary>The log's next segment is made, nothing is in it.</summary>
    SegmentStart,
}
