using Google.Protobuf;

using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Backend;

/// <summary>Brings log entries into the backend, so that it holds what a store that replayed them would.</summary>
/// <remarks>
/// What a compaction leaves, row by row, is what <see cref="KeyHistory.CompactedAt"/> leaves in memory, and the tombstones of the compact
/// revision itself, which watchers may still ask for. Example, with short ids; columns id, revision, version, previous:
/// <code>
/// put, put, delete, put      1 r2 v1 p0 | 2 r4 v2 p1 | 3 r6 v0 p2 | 4 r9 v1 p0
/// compacted at 4             2 r4 v2 p1 | 3 r6 v0 p2 | 4 r9 v1 p0
/// compacted at 6             3 r6 v0 p2 | 4 r9 v1 p0
/// compacted at 7             4 r9 v1 p0
/// </code>
/// Likewise a value that its own revision replaced stays while that is the compact revision: its event may still be asked for.
/// So a compaction visits only the rows of the revisions it gives up, and each of them names the one row it made superfluous.
/// One thread. After an exception the object is of no more use: load a new one.
/// </remarks>
internal sealed class Settlement(IBackend backend, BackendMeta meta, Dictionary<ByteString, long> newest)
{
    private const int StubsAtOnce = 512;

    /// <summary>The line about the whole, with what the running transaction has done to it.</summary>
    public BackendMeta Meta { get; private set; } = meta;

    /// <summary>Called after each row: the place for a pause.</summary>
    public Action? Step { get; init; }

    /// <summary>Finds the copy of a key's bytes that is in memory already, so that they are there once; makes one when there is none.</summary>
    public Func<ByteString, ByteString> Share { get; init; } = key => ByteString.CopyFrom(key.Span);

    /// <summary>Starts a transaction.</summary>
    public void Begin() => backend.Begin();

    /// <summary>Adds what the entry says. A revision that is there already is passed over.</summary>
    /// <exception cref="InvalidDataException">A revision is missing before this one, or a row that must be there is not.</exception>
    public void Apply(LogEntry entry)
    {
        switch (entry)
        {
            case StartEntry { Revision: var revision, Live: var live }:
                foreach (var version in live) Add(version.Read());
                Meta = Meta with { Revision = revision };
                break;
            case RevisionEntry { Revision: var revision } when revision > Meta.Revision + 1:
                throw new InvalidDataException($"the log jumps from revision {Meta.Revision} to {revision}");
            case RevisionEntry { Revision: var revision, Events: var events } when revision == Meta.Revision + 1:
                foreach (var stored in events) Add(stored.Version.Read());
                Meta = Meta with { Revision = revision };
                break;
            case CompactionEntry { Revision: var revision } when revision > Meta.CompactRevision:
                Compact(revision);
                break;
            case LeaseGrantEntry { Id: var id, Ttl: var ttl }:
                Put(new BackendItem(BackendItemKind.Lease, id, ttl));
                break;
            case LeaseRevokeEntry { Id: var id }:
                Remove(BackendItemKind.Lease, id);
                break;
            case AlarmEntry { Alarm: var alarm, IsRaised: true }:
                Put(new BackendItem(BackendItemKind.Alarm, (long)alarm, 0));
                break;
            case AlarmEntry { Alarm: var alarm, IsRaised: false }:
                Remove(BackendItemKind.Alarm, (long)alarm);
                break;
        }
    }

    /// <summary>Ends the transaction: everything before this place of the log is settled, durably.</summary>
    public void Commit(int segment, long offset)
    {
        Meta = Meta with { Segment = segment, Offset = offset };
        backend.Write(Meta);
        backend.Commit();
    }

    private void Add(Protocol.Etcd.KeyValue value)
    {
        newest.TryGetValue(value.Key, out var previous);
        var row = new BackendRow(long.Max(Meta.NewestRow + 1, BackendRow.FirstId(value.ModRevision)), previous, value);
        var checksum = row.Checksum();
        backend.Insert(row, checksum);
        Meta = Meta.With(checksum) with { NewestRow = row.Id };

        if (row.IsTombstone) newest.Remove(value.Key);
        else newest[previous == 0 ? Share(value.Key) : value.Key] = row.Id;
        Step?.Invoke();
    }

    private void Compact(long revision)
    {
        var (next, kept) = (Meta.CompactRow, long.MaxValue);      // kept: the first row of the revision, or of one after it
        while (next <= Meta.NewestRow && backend.ReadStubs(next, StubsAtOnce) is { Count: > 0 } stubs)
        {
            foreach (var stub in stubs)
            {
                if (stub.ModRevision >= revision) kept = long.Min(kept, stub.Id);
                if (stub.ModRevision <= revision) Compact(stub, revision, kept);
            }
            if (stubs[^1].ModRevision > revision) break;
            next = stubs[^1].Id + 1;
        }
        Meta = Meta with { CompactRevision = revision, CompactRow = long.Min(kept, Meta.NewestRow + 1) };
    }

    // Rows of the last compact revision are met a second time. What they replaced went then, unless it is of that very revision.
    private void Compact(RowStub stub, long revision, long kept)
    {
        var isReplacedHere = stub.ModRevision > Meta.CompactRevision ? stub.Previous > 0 : stub.Previous >= Meta.CompactRow;
        if (isReplacedHere && stub.Previous < kept) Remove(stub.Previous);
        if (stub.IsTombstone && stub.ModRevision < revision) Remove(stub.Id);
        Step?.Invoke();
    }

    private void Remove(long row)
    {
        var checksum = backend.Delete(row) ?? throw new InvalidDataException($"{backend.File} is damaged: row {row} is missing");
        Meta = Meta.Without(checksum);
    }

    private void Put(BackendItem item)
    {
        Remove(item.Kind, item.Id);
        backend.Insert(item, item.Checksum());
        Meta = Meta.With(item.Checksum());
    }

    private void Remove(BackendItemKind kind, long id)
    {
        if (backend.Delete(kind, id) is { } checksum) Meta = Meta.Without(checksum);
    }
}
