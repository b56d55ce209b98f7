using MiniK8s.Store.Backend.Sqlite;
using MiniK8s.Store.Wal;
#if HAS_LITEDB
using MiniK8s.Store.Backend.LiteDb;
#endif

namespace MiniK8s.Store.Backend;

/// <summary>Which backends this store was built with, and which one a data directory wants.</summary>
/// <remarks>
/// --backend | the directory holds | opened
/// ----------+---------------------+------------------------------------------------
/// auto      | nothing             | LiteDB where the registry had it, else SQLite
/// auto      | one                 | that one
/// a name    | nothing, or this    | this
/// a name    | the other           | none: refused
/// any       | both                | none: refused
/// Whatever would be opened but was not built in is refused as well: nothing is ever misread or left aside.
/// </remarks>
internal static class BackendFile
{
    private static readonly Dictionary<BackendKind, string> _files = new()
    {
        [BackendKind.Litedb] = "backend.litedb",
        [BackendKind.Sqlite] = "backend.sqlite",
    };

    /// <summary>The backends built in, the preferred one first.</summary>
    public static IReadOnlyList<BackendKind> Available { get; } =
#if HAS_LITEDB
        [BackendKind.Litedb, BackendKind.Sqlite];
#else
        [BackendKind.Sqlite];
#endif

    /// <summary>Opens the directory's backend, or makes one.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, or is another backend's; the message says what to do.</exception>
    /// <exception cref="IOException">The file cannot be opened.</exception>
    public static IBackend Open(DataDirectory directory, BackendKind wanted)
    {
        var kind = Choose(directory.Path, wanted);
        var file = Path.Combine(directory.Path, _files[kind]);
        try
        {
            var backend = Open(kind, file);
            directory.Sync();
            return backend;
        }
        catch (Exception ex) when (ex is not (IOException or UnauthorizedAccessException or OutOfMemoryException))
        {
            throw Damaged(file, ex.Message, ex);
        }
    }

    /// <summary>The refusal of a damaged file.</summary>
    public static InvalidDataException Damaged(string file, string why, Exception? inner = null) => new(
        $"{file} is damaged: {why.TrimEnd('.')}. Put the data directory back from a copy, or move it away to start empty.", inner);

    private static BackendKind Choose(string directory, BackendKind wanted)
    {
        var held = _files.Where(file => File.Exists(Path.Combine(directory, file.Value))).Select(file => file.Key).ToList();
        if (held.Count > 1) throw new InvalidDataException($"{directory} holds two backends, {string.Join(" and ", held.Select(kind => _files[kind]))}: move away the one that is not the store's.");

        var kind = wanted != BackendKind.Auto ? wanted : held.Count == 1 ? held[0] : Available[0];
        if (held.Count == 1 && held[0] != kind)
        {
            throw new InvalidDataException($"{directory} holds {_files[held[0]]}: start with --backend {Flag(held[0])}, or carry the data over with `etcdctl snapshot save` and `mk8s store restore`.");
        }
        if (Available.Contains(kind)) return kind;
        var how = held.Count == 0 ? "use --backend sqlite" : "build where the registry has LiteDB (eng/restore says so)";
        throw new InvalidDataException($"this store was built without {kind}, which {(held.Count == 0 ? "--backend asks for" : $"{directory} needs")}: {how}.");
    }

    private static string Flag(BackendKind kind) => kind.ToString().ToLowerInvariant();

    private static IBackend Open(BackendKind kind, string file) => kind switch
    {
#if HAS_LITEDB
        BackendKind.Litedb => new LiteDbBackend(file),
#endif
        _ => new SqliteBackend(file),
    };
}

/// <summary>The database engines that the log settles into.</summary>
internal enum BackendKind
{
    /// <summary>What the data directory holds; in a new one LiteDB, or SQLite where the registry has no LiteDB.</summary>
    Auto,

    /// <summary>LiteDB.</summary>
    Litedb,

    /// <summary>SQLite.</summary>
    Sqlite,
}
