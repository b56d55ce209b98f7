namespace MiniK8s.Robustness.Tests.Checking;

/// <summary>Where a server promises less than the invariants say. Ours has none of this.</summary>
[Flags]
internal enum Leeway
{
    /// <summary>It keeps every invariant to the letter.</summary>
    None = 0,

    /// <summary>
    /// prev_kv is in force a moment after the watch, and no more from the client's cancel on, while events are still under way: what is
    /// shown outside of that comes without its previous value.
    /// </summary>
    PreviousValuesAtTheEnds = 1,

    /// <summary>A compaction takes the deletions of the compact revision itself, though it can still be watched from there.</summary>
    DeletionsAtTheCompactRevision = 2,

    /// <summary>A watch may show a revision just before it counts; a keep-alive, which waits for no write, may then bear the one before.</summary>
    KeepAlivesBehindWatches = 4,

    /// <summary>etcd, as the sources of 3.4.23 and 3.5.13 have it.</summary>
    Etcd = PreviousValuesAtTheEnds | DeletionsAtTheCompactRevision | KeepAlivesBehindWatches,
}
