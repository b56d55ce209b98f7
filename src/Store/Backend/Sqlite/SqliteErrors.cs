using SQLitePCL;

namespace MiniK8s.Store.Backend.Sqlite;

/// <summary>SQLite's result codes as exceptions: what makes no sense in the file, and what the disk refused.</summary>
internal static class SqliteErrors
{
    /// <summary>Throws unless the code is OK.</summary>
    public static void Check(int code, sqlite3 database)
    {
        if (code != raw.SQLITE_OK) throw ToException(code, database);
    }

    /// <summary>The exception for a code that is not OK, ROW or DONE.</summary>
    public static Exception ToException(int code, sqlite3 database)
    {
        var message = $"SQLite says: {raw.sqlite3_errmsg(database).utf8_to_string()} ({raw.sqlite3_extended_errcode(database)})";
        var isCut = raw.sqlite3_extended_errcode(database) == raw.SQLITE_IOERR_SHORT_READ;
        return (code & 0xff) switch
        {
            raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB or raw.SQLITE_ERROR or raw.SQLITE_SCHEMA or raw.SQLITE_FORMAT or raw.SQLITE_CONSTRAINT
                or raw.SQLITE_MISMATCH or raw.SQLITE_TOOBIG or raw.SQLITE_INTERNAL => new InvalidDataException(message),
            raw.SQLITE_IOERR when isCut => new InvalidDataException(message),
            _ => new IOException(message),
        };
    }
}
