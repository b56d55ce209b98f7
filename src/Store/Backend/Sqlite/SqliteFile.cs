using SQLitePCL;

namespace MiniK8s.Store.Backend.Sqlite;

/// <summary>An open SQLite file with the statements that are used all the time.</summary>
internal sealed class SqliteFile : IDisposable
{
    /// <summary>Bytes in a page.</summary>
    public const int PageSize = 16384;

    // WAL: who reads and who writes do not wait for each other. FULL: a commit is on the disk when it returns.
    private const string Settings = """
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA busy_timeout = 1000;
        PRAGMA cache_size = -4096; PRAGMA cell_size_check = ON;
        """;

    private readonly sqlite3 _database;

    static SqliteFile() => Batteries_V2.Init();

    /// <summary>Opens the file, or makes it with this schema.</summary>
    public SqliteFile(string file, string schema)
    {
        const int flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE | raw.SQLITE_OPEN_NOMUTEX;
        var code = raw.sqlite3_open_v2(file, out _database, flags, null);
        try
        {
            SqliteErrors.Check(code, _database);
            Run($"PRAGMA page_size = {PageSize}; {Settings}");
            CheckStructure();
            Run($"BEGIN IMMEDIATE; {schema} COMMIT;");
            InsertRow = Prepare("INSERT INTO versions (id, mod_revision, version, previous, create_revision, lease, checksum, key, value) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
            FindRow = Prepare("SELECT checksum FROM versions WHERE id = ?");
            DeleteRow = Prepare("DELETE FROM versions WHERE id = ?");
            Stubs = Prepare("SELECT id, mod_revision, version, previous FROM versions WHERE id >= ? ORDER BY id LIMIT ?");
            InsertItem = Prepare("INSERT INTO items (kind, id, number, checksum) VALUES (?, ?, ?, ?)");
            FindItem = Prepare("SELECT checksum FROM items WHERE kind = ? AND id = ?");
            DeleteItem = Prepare("DELETE FROM items WHERE kind = ? AND id = ?");
            WriteMeta = Prepare($"INSERT OR REPLACE INTO meta (rowid, {string.Join(", ", BackendMeta.Names)}, checksum) VALUES (1{string.Concat(Enumerable.Repeat(", ?", BackendMeta.Names.Length + 1))})");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public SqliteStatement InsertRow { get; }

    public SqliteStatement FindRow { get; }

    public SqliteStatement DeleteRow { get; }

    public SqliteStatement Stubs { get; }

    public SqliteStatement InsertItem { get; }

    public SqliteStatement FindItem { get; }

    public SqliteStatement DeleteItem { get; }

    public SqliteStatement WriteMeta { get; }

    /// <summary>Whether a transaction runs. SQLite ends it by itself after some errors.</summary>
    public bool IsInTransaction => raw.sqlite3_get_autocommit(_database) == 0;

    /// <summary>Compiles a statement.</summary>
    public SqliteStatement Prepare(string text) => new(_database, text);

    /// <summary>Runs statements whose answers nobody wants.</summary>
    public void Run(string text) => SqliteErrors.Check(raw.sqlite3_exec(_database, text), _database);

    /// <summary>The one number a statement answers.</summary>
    public long Ask(string text)
    {
        using var query = Prepare(text);
        return query.Step() ? query.Number(0) : 0;
    }

    /// <summary>Closes the file; a transaction that runs is undone.</summary>
    public void Dispose()
    {
        SqliteStatement?[] statements = [InsertRow, FindRow, DeleteRow, Stubs, InsertItem, FindItem, DeleteItem, WriteMeta];
        foreach (var statement in statements) statement?.Dispose();
        _database?.Dispose();
    }

    // Rows have checksums; this is for the rest: a page that is free and in use at once would be written over later.
    private void CheckStructure()
    {
        using var check = Prepare("PRAGMA quick_check(1)");
        check.Step();
        var answer = System.Text.Encoding.UTF8.GetString(check.Bytes(0));
        if (answer != "ok") throw new InvalidDataException(answer.ReplaceLineEndings(" "));
        if (Ask("PRAGMA page_size") != PageSize) throw new InvalidDataException("its pages have another size");
    }
}
