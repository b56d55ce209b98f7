namespace MiniK8s.Store.Mvcc;

/// <summary>One thing that happened to the store, as the log keeps it. Replaying them in order gives the same store.</summary>
internal abstract record LogEntry;

/// <summary>A transaction that changed something: all its events bear this one revision, in the order of their sub revisions.</summary>
internal sealed record RevisionEntry(long Revision, StoredEvent[] Events) : LogEntry;

/// <summary>History before the revision was given up.</summary>
internal sealed record CompactionEntry(long Revision) : LogEntry;
