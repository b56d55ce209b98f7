using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>One thing that happened to the store, as the log keeps it. Replaying them in order gives the same store.</summary>
internal abstract record LogEntry;

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
