using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

using SQLitePCL;

namespace MiniK8s.Store.Backend.Sqlite;

/// <summary>A connection that only looks up rows. One thread at a time.</summary>
internal sealed class SqliteReader : IDisposable
{
    private readonly sqlite3 _database;
    private readonly SqliteStatement _query;

    /// <summary>Opens the file, which must be there.</summary>
    public SqliteReader(string file)
    {
        SqliteErrors.Check(raw.sqlite3_open_v2(file, out _database, raw.SQLITE_OPEN_READONLY | raw.SQLITE_OPEN_NOMUTEX, null), _database);
        SqliteErrors.Check(raw.sqlite3_exec(_database, "PRAGMA busy_timeout = 1000; PRAGMA cache_size = -512"), _database);
        _query = new SqliteStatement(_database, $"SELECT {SqliteBackend.Columns} FROM versions WHERE id >= ? ORDER BY id");
    }

    /// <summary>The version of the key that the revision wrote; null when there is none. Of two under one revision it is the last.</summary>
    public KeyValue? Find(ByteString key, long revision)
    {
        KeyValue? found = null;
        _query.Bind(BackendRow.FirstId(revision));
        try
        {
            while (_query.Step() && _query.Number(1) <= revision)
            {
                if (_query.Number(1) == revision && _query.Number(2) != 0 && _query.Bytes(7).SequenceEqual(key.Span)) found = SqliteBackend.ToRow(_query).Value;
            }
        }
        finally
        {
            _query.Reset();
        }
        return found;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _query.Dispose();
        _database.Dispose();
    }
}
