using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>One thing that happened to the store, as the log keeps it. Replaying them in order gives the same store.</summary>
internal abstract record LogEntry;

/// <summary>Where a store begins that knows nothing older; never in the log, always before any revision.</summary>
/// <param name="Revision">The newest revision it knows.</param>
/// <param name="Live">Every key that existed then; may be read from disk as it is gone through, once.</param>
internal sealed record StartEntry(long Revision, IEnumerable<KeyVersion> Live) : LogEntry;

/// <summary>A transaction that changed something: all its events bear this one revision, in the order of their sub revisions.</summary>
internal sealed record RevisionEntry(long Revision, StoredEvent[] Events) : LogEntry;

/// <summary>History before the revision was given up.</summary>
internal sealed record CompactionEntry(long Revision) : LogEntry;

/// <summary>A lease was granted, to be kept alive at least every <paramref name="Ttl"/> seconds.</summary>
internal sealed record LeaseGrantEntry(long Id, long Ttl) : LogEntry;

/// <summary>A lease ended, revoked or expired. What hung on it is deleted by the revision before this entry.</summary>
internal sealed record LeaseRevokeEntry(long Id) : LogEntry;

/// <summary>An alarm was raised or cleared.</summary>
internal sealed record AlarmEntry(AlarmType Alarm, bool IsRaised) : LogEntry;
