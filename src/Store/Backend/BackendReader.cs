using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Backend;

/// <summary>Reads a backend as the entries that lead to what it holds, and proves on the way that nothing of it is damaged.</summary>
/// <remarks>
/// Checked are each row and item by its checksum, all of them together by their number and digest, and the order of revisions. Rows come in the
/// order of their revisions, so those from before the compact revision, live all of them, stand first.
/// </remarks>
internal sealed class BackendReader(IBackend backend)
{
    private readonly BackendHome _home = new(backend);
    private Dictionary<ByteString, long> _newest = [];
    private BackendMeta _found = BackendMeta.Empty;
    private bool _more;         // whether the rows' enumerator is at one

    /// <summary>What the engine is called: SQLite, LiteDB.</summary>
    public string Name => backend.Name;

    /// <summary>The line about the whole. Known at once, proven when <see cref="Entries"/> has ended.</summary>
    public BackendMeta Meta { get; } = Guarded(backend, backend.ReadMeta) ?? BackendMeta.Empty;

    /// <summary>What must be replayed from an empty store to get what the backend holds. Once.</summary>
    /// <exception cref="InvalidDataException">The file is damaged; the message names it.</exception>
    public IEnumerable<LogEntry> Entries()
    {
        foreach (var item in Items()) yield return ToEntry(item);

        using var rows = Rows().GetEnumerator();
        _more = rows.MoveNext();
        if (Meta.CompactRevision > 1) yield return new StartEntry(Meta.CompactRevision - 1, Before(rows));
        else if (Meta.CompactRevision > -1) yield return new CompactionEntry(Meta.CompactRevision);
        foreach (var _ in Before(rows))
        {
            // Passed over, if nobody wanted them.
        }
        while (_more)
        {
            var entry = NextRevision(rows);
            yield return entry;
            if (entry.Revision == Meta.CompactRevision) yield return new CompactionEntry(entry.Revision);
        }
        CheckWhole();
    }

    /// <summary>The newest row of each key that lives, for a <see cref="Settlement"/>; the reader keeps nothing of it. Once, after <see cref="Entries"/> has ended.</summary>
    public Dictionary<ByteString, long> TakeNewest()
    {
        (var newest, _newest) = (_newest, []);
        return newest;
    }

    private static LogEntry ToEntry(BackendItem item) => item.Kind switch
    {
        BackendItemKind.Lease => new LeaseGrantEntry(item.Id, item.Number),
        _ => new AlarmEntry((AlarmType)item.Id, true),
    };

    private IEnumerable<KeyVersion> Before(IEnumerator<BackendRow> rows)
    {
        for (; _more && rows.Current.Value.ModRevision < Meta.CompactRevision; _more = rows.MoveNext()) yield return _home.ToVersion(rows.Current.Value);
    }

    private RevisionEntry NextRevision(IEnumerator<BackendRow> rows)
    {
        var revision = rows.Current.Value.ModRevision;
        var events = new List<StoredEvent>(1);
        for (; _more && rows.Current.Value.ModRevision == revision; _more = rows.MoveNext()) events.Add(new StoredEvent(_home.ToVersion(rows.Current.Value), null));
        return new RevisionEntry(revision, [.. events]);
    }

    private IEnumerable<BackendItem> Items()
    {
        using var items = backend.ReadItems().GetEnumerator();
        while (Guarded(backend, items.MoveNext))
        {
            _found = _found.With(items.Current.Checksum());
            yield return items.Current;
        }
    }

    private IEnumerable<BackendRow> Rows()
    {
        using var rows = backend.ReadRows().GetEnumerator();
        while (Guarded(backend, rows.MoveNext))
        {
            var row = rows.Current;
            if (row.Id <= _found.NewestRow || row.Value.ModRevision < _found.Revision) throw Damaged(backend, $"row {row.Id} is out of order");
            _found = _found.With(row.Checksum()) with { NewestRow = row.Id, Revision = row.Value.ModRevision };
            if (row.IsTombstone) _newest.Remove(row.Value.Key);
            else _newest[row.Value.Key] = row.Id;
            yield return row;
        }
    }

    private void CheckWhole()
    {
        if (_found.Count != Meta.Count) throw Damaged(backend, $"it holds {_found.Count} rows of {Meta.Count}");
        if (_found.Digest != Meta.Digest) throw Damaged(backend, "its rows are not those that were last written");
        if (_found.Revision != Meta.Revision || _found.NewestRow != Meta.NewestRow) throw Damaged(backend, "its rows do not end where they should");
    }

    // Engines throw whatever they run into on a damaged file; only what the disk or the system refused is something else.
    private static T Guarded<T>(IBackend backend, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception ex) when (ex is not (IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            throw Damaged(backend, ex.Message, ex);
        }
    }

    private static InvalidDataException Damaged(IBackend backend, string why, Exception? inner = null) => BackendFile.Damaged(backend.File, why, inner);
}
