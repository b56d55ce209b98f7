using System.Collections.Concurrent;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Backend.Sqlite;

/// <summary>The backend as a SQLite file.</summary>
/// <remarks>
/// In write-ahead mode, so that whoever reads a value does not wait for a transaction of the settler's; with pages of 4 KiB that cost
/// 1.3 us of processor time per row of 256 B more than a rollback journal, and ADO.NET in between would cost 4 us. Pages of 16 KiB take half the
/// time of 4 KiB ones for values of 2 KiB.
/// Free pages are not given back but written again, so the file stays as long as it was when it held the most;
/// <see cref="Defragment"/> makes it as short as can be.
/// </remarks>
internal sealed class SqliteBackend : IBackend
{
    /// <summary>The columns of a row.</summary>
    internal const string Columns = "id, mod_revision, version, previous, create_revision, lease, checksum, key, value";

    private const string Schema = """
        CREATE TABLE IF NOT EXISTS versions (
            id INTEGER PRIMARY KEY, mod_revision INTEGER NOT NULL, version INTEGER NOT NULL, previous INTEGER NOT NULL,
            create_revision INTEGER NOT NULL, lease INTEGER NOT NULL, checksum INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS items (
            kind INTEGER NOT NULL, id INTEGER NOT NULL, number INTEGER NOT NULL, checksum INTEGER NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
        """;

    private readonly SqliteFile _file;
    private readonly ConcurrentBag<SqliteReader> _readers = [];

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or no SQLite file.</exception>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public SqliteBackend(string file)
    {
        var numbers = string.Join(", ", BackendMeta.Names.ToArray().Select(name => $"{name} INTEGER NOT NULL"));
        (File, _file) = (file, new SqliteFile(file, $"{Schema} CREATE TABLE IF NOT EXISTS meta ({numbers}, checksum INTEGER NOT NULL);"));
    }

    /// <inheritdoc />
    public string Name => "SQLite";

    /// <inheritdoc />
    public string File { get; }

    /// <inheritdoc />
    public long FileBytes => _file.Ask("PRAGMA page_count") * SqliteFile.PageSize;

    /// <inheritdoc />
    public long UsedBytes => FileBytes - (_file.Ask("PRAGMA freelist_count") * SqliteFile.PageSize);

    /// <inheritdoc />
    public BackendMeta? ReadMeta()
    {
        using var query = _file.Prepare($"SELECT {string.Join(", ", BackendMeta.Names)}, checksum FROM meta");
        if (!query.Step()) return null;
        var numbers = new long[BackendMeta.Names.Length];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = query.Number(i);
        return BackendMeta.FromNumbers(numbers, (uint)query.Number(numbers.Length));
    }

    /// <inheritdoc />
    public IEnumerable<BackendRow> ReadRows()
    {
        using var query = _file.Prepare($"SELECT {Columns} FROM versions ORDER BY id");
        while (query.Step()) yield return ToRow(query);
    }

    /// <inheritdoc />
    public IEnumerable<BackendItem> ReadItems()
    {
        using var query = _file.Prepare("SELECT kind, id, number, checksum FROM items ORDER BY kind, id");
        while (query.Step()) yield return new BackendItem((BackendItemKind)query.Number(0), query.Number(1), query.Number(2)).Checked((uint)query.Number(3));
    }

    /// <inheritdoc />
    public List<RowStub> ReadStubs(long from, int limit)
    {
        var (query, found) = (_file.Stubs, new List<RowStub>(limit));
        query.Bind(from, limit);
        while (query.Step()) found.Add(new RowStub(query.Number(0), query.Number(1), query.Number(3), IsTombstone: query.Number(2) == 0));
        query.Reset();
        return found;
    }

    /// <inheritdoc />
    public KeyValue? Find(ByteString key, long revision)
    {
        if (!_readers.TryTake(out var reader)) reader = new SqliteReader(File);
        var found = reader.Find(key, revision);
        _readers.Add(reader);
        return found;
    }

    /// <inheritdoc />
    public void Begin() => _file.Run("BEGIN IMMEDIATE");

    /// <inheritdoc />
    public void Insert(BackendRow row, uint checksum)
    {
        var (insert, value) = (_file.InsertRow, row.Value);
        insert.Bind(row.Id, value.ModRevision, value.Version, row.Previous, value.CreateRevision, value.Lease, checksum);
        insert.Bind(8, value.Key.Span);
        insert.Bind(9, value.Value.Span);
        insert.Step();
        insert.Reset();
    }

    /// <inheritdoc />
    public uint? Delete(long id) => Delete(_file.FindRow, _file.DeleteRow, id);

    /// <inheritdoc />
    public void Insert(BackendItem item, uint checksum) => _file.InsertItem.Run((long)item.Kind, item.Id, item.Number, checksum);

    /// <inheritdoc />
    public uint? Delete(BackendItemKind kind, long id) => Delete(_file.FindItem, _file.DeleteItem, (long)kind, id);

    /// <inheritdoc />
    public void Write(BackendMeta meta) => _file.WriteMeta.Run([.. meta.ToNumbers(), meta.Checksum()]);

    /// <inheritdoc />
    public void Commit() => _file.Run("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");

    /// <inheritdoc />
    public void Rollback()
    {
        if (_file.IsInTransaction) _file.Run("ROLLBACK");
    }

    /// <inheritdoc />
    public void Defragment() => _file.Run("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");

    /// <inheritdoc />
    public void Dispose()
    {
        while (_readers.TryTake(out var reader)) reader.Dispose();
        _file.Dispose();
    }

    private static uint? Delete(SqliteStatement find, SqliteStatement delete, params ReadOnlySpan<long> id)
    {
        find.Bind(id);
        uint? checksum = find.Step() ? (uint)find.Number(0) : null;
        find.Reset();
        if (checksum is not null) delete.Run(id);
        return checksum;
    }

    /// <summary>The row that a query over <see cref="Columns"/> is at.</summary>
    internal static BackendRow ToRow(SqliteStatement query) => new BackendRow(query.Number(0), query.Number(3), new KeyValue
    {
        ModRevision = query.Number(1),
        Version = query.Number(2),
        CreateRevision = query.Number(4),
        Lease = query.Number(5),
        Key = ByteString.CopyFrom(query.Bytes(7)),
        Value = ByteString.CopyFrom(query.Bytes(8)),
    }).Checked((uint)query.Number(6));
}
