using System.Collections.Immutable;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>The whole store at one published moment. Immutable: what is read from one snapshot agrees with its revision.</summary>
/// <param name="Tree">The keys' histories.</param>
/// <param name="History">The events by revision, from the compact revision on.</param>
/// <param name="Revision">The newest revision; 1 in an empty store.</param>
/// <param name="CompactRevision">The oldest readable revision; -1 before the first compaction.</param>
/// <param name="Leases">The leases, and the keys that hang on them.</param>
internal sealed record MvccSnapshot(KeyTree Tree, RevisionHistory History, long Revision, long CompactRevision, LeaseTable Leases)
{
    /// <summary>A new store: revision 1, nothing in it.</summary>
    public static MvccSnapshot Empty { get; } = new(KeyTree.Empty, RevisionHistory.After(1), 1, -1, LeaseTable.Empty);

    /// <summary>The alarms that are raised.</summary>
    public ImmutableSortedSet<AlarmType> Alarms { get; init; } = [];

    /// <summary>The keys as of the newest revision.</summary>
    public ReadView View => new(Tree, Revision, CompactRevision);

    /// <summary>A store as a compaction at <paramref name="revision"/> left it.</summary>
    /// <param name="revision">The compact revision, which is the newest one as well.</param>
    /// <param name="live">Every key that existed then.</param>
    /// <param name="changes">The changes of that very revision, in order, which watchers may still ask for; may be none.</param>
    /// <param name="leases">The leases; which keys hang on them is worked out from the values when the store is restored.</param>
    public static MvccSnapshot Compacted(long revision, IEnumerable<KeyVersion> live, IReadOnlyList<KeyVersion> changes, LeaseTable leases)
    {
        var tree = KeyTree.Empty;
        foreach (var version in live)
        {
            tree = tree.With(version.Key, out var key);
            key.Append(version);
        }
        var history = changes.Count > 0 ? RevisionHistory.After(long.Max(1, revision - 1)).With(ToChanges(changes)) : RevisionHistory.After(revision);
        return new MvccSnapshot(tree, history, long.Max(1, revision), revision, leases);
    }

    /// <summary>The change as an event, with what was before it where that is not compacted. Before a creation there was nothing.</summary>
    /// <inheritdoc cref="KeyHistory.At" path="/exception"/>
    public StoredEvent EventOf(Change change)
    {
        var version = change.Version;
        return new(version, version.CreateRevision == version.ModRevision ? null : Tree.Find(version.Key)?.At(version.ModRevision - 1));
    }

    /// <summary>What the changes of a revision made of their keys, in order. The revision must lie within <see cref="History"/>.</summary>
    /// <inheritdoc cref="KeyHistory.At" path="/exception"/>
    public IEnumerable<KeyVersion> ChangesAt(long revision) => History[revision].Select(change => change.Version);

    /// <summary>The same changes as events.</summary>
    /// <inheritdoc cref="KeyHistory.At" path="/exception"/>
    public IEnumerable<StoredEvent> EventsAt(long revision) => History[revision].Select(EventOf);

    /// <summary>What a new store must replay to become this one, if nothing is kept before the compact revision, which is the newest as well.</summary>
    public IEnumerable<LogEntry> ToEntries()
    {
        foreach (var lease in Leases.All) yield return new LeaseGrantEntry(lease.Id, lease.Ttl);
        foreach (var alarm in Alarms) yield return new AlarmEntry(alarm, true);
        if (Revision > 1)
        {
            yield return new StartEntry(Revision - 1, [.. LiveAt(Revision).Where(version => version.ModRevision < Revision).OrderBy(version => version.ModRevision)]);
            yield return new RevisionEntry(Revision, [.. EventsAt(Revision)]);
        }
        yield return new CompactionEntry(CompactRevision);
    }

    // In histories of their own: a compaction leaves the tree nothing of the keys that its revision deleted.
    private static List<Change> ToChanges(IReadOnlyList<KeyVersion> versions)
    {
        var histories = versions.Select(version => version.Key).Distinct().ToDictionary(key => key, key => new KeyHistory(key));
        foreach (var version in versions) histories[version.Key].Append(version);
        return [.. versions.Select(version => new Change(histories[version.Key], version.ModRevision, version.IsTombstone))];
    }

    /// <summary>The versions that existed at the revision, in key order. The revision must be readable.</summary>
    public List<KeyVersion> LiveAt(long revision) =>
        (this.View with { Revision = revision }).List(new KeyRange(Google.Protobuf.ByteString.Empty, Google.Protobuf.ByteString.Empty, KeyRangeKind.FromStart));
}
