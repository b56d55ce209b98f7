using Google.Protobuf;

using LiteDB;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Backend.LiteDb;

/// <summary>The backend as a LiteDB file, its documents fit to be read in LiteDB Studio.</summary>
/// <remarks>
/// <code>
/// versions  { _id, versions: [ { _id, key, create_revision, mod_revision, version, lease, previous, checksum, value }, ... ] }
/// leases    { _id, number (TTL in seconds), checksum }       alarms  { _id, number, checksum }
/// meta      { _id: 1, format, revision, ... , checksum }
/// </code>
/// A document holds up to 12 versions, or one as it is (<see cref="VersionDocument"/>). LiteDB writes a transaction to a log of its own beside the file, and the log to the file at a checkpoint. It does not sync the log,
/// nor know a torn log from a whole one; <see cref="LiteDbStreams"/> sees to that. After a disk that refused something it is good for nothing:
/// the file is closed, and opened again.
/// </remarks>
internal sealed class LiteDbBackend : IBackend
{
    private const string VersionsName = "versions";

    private readonly ReaderWriterLockSlim _swap = new();      // guards _open against Find, which comes from any thread
    private readonly SemaphoreSlim _finders = new(16);        // LiteDB refuses the 101st query at once
    private readonly VersionWriter _writer = new();
    private LiteDbFile? _open;                                // null where the disk did not let it be opened again

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public LiteDbBackend(string file)
    {
        File = file;
        LiteDbStreams.Delete(Copy);     // of a run that ended in the midst of a defragmentation
        _open = new LiteDbFile(file);
    }

    /// <inheritdoc />
    public string Name => "LiteDB";

    /// <inheritdoc />
    public string File { get; }

    /// <inheritdoc />
    public long FileBytes => _open?.Length ?? 0;

    /// <summary>The same: LiteDB does not say how many pages are free, only <see cref="Defragment"/> shows it.</summary>
    public long UsedBytes => FileBytes;

    private string Copy => File + ".tmp";

    private LiteDbFile Opened => _open ?? throw new IOException($"{File} is closed since the disk refused a write to it");

    private ILiteCollection<BsonDocument> Versions => Opened.Database.GetCollection(VersionsName);

    private ILiteCollection<BsonDocument> Meta => Opened.Database.GetCollection("meta");

    /// <inheritdoc />
    public BackendMeta? ReadMeta()
    {
        EnsureOpen();
        if (Meta.FindById(1) is not { } document) return null;
        var numbers = BackendMeta.Names.ToArray().Select(name => document[name].AsInt64).ToArray();
        return BackendMeta.FromNumbers(numbers, VersionDocument.Checksum(document));
    }

    /// <inheritdoc />
    public IEnumerable<BackendRow> ReadRows() => Opened.Read(VersionsName).SelectMany(documents => documents)
        .SelectMany(VersionDocument.Rows).Select(VersionDocument.ToRow);

    /// <inheritdoc />
    public IEnumerable<BackendItem> ReadItems() => Enum.GetValues<BackendItemKind>().SelectMany(kind =>
        Items(kind).Find(Query.All("_id")).Select(document => ToItem(kind, document)));

    /// <inheritdoc />
    public List<RowStub> ReadStubs(long from, int limit)
    {
        Change(() => _writer.Flush(Versions));
        return Explained(() => LiteDbFile.From(Versions, from)
            .SelectMany(VersionDocument.Rows)
            .Select(VersionDocument.ToStub)
            .Where(stub => stub.Id >= from)
            .Take(limit)
            .ToList());
    }

    /// <inheritdoc />
    public KeyValue? Find(ByteString key, long revision)
    {
        _finders.Wait();
        _swap.EnterReadLock();
        try
        {
            return Explained(() => FindNear(key, revision) ?? FindAmong(key, revision)) is { } row ? VersionDocument.ToRow(row).Value : null;
        }
        finally
        {
            _swap.ExitReadLock();
            _finders.Release();
        }
    }

    /// <inheritdoc />
    public void Begin()
    {
        EnsureOpen();
        Explained(Opened.Finish);
        if (!Explained(Opened.Database.BeginTrans)) throw new InvalidOperationException("A transaction runs already.");
    }

    /// <inheritdoc />
    public void Insert(BackendRow row, uint checksum)
    {
        if (!_writer.HasRoomFor(row)) Change(() => _writer.WriteAdded(Versions));
        _writer.Add(row, checksum);
    }

    /// <inheritdoc />
    public uint? Delete(long id)
    {
        uint? checksum = null;
        Change(() => checksum = _writer.Delete(Versions, id));
        return checksum;
    }

    /// <inheritdoc />
    public void Insert(BackendItem item, uint checksum) =>
        Change(() => Items(item.Kind).Insert(new BsonDocument { ["_id"] = item.Id, ["number"] = item.Number, ["checksum"] = (long)checksum }));

    /// <inheritdoc />
    public uint? Delete(BackendItemKind kind, long id)
    {
        if (Explained(() => Items(kind).FindById(id)) is not { } found) return null;
        Change(() => Items(kind).Delete(id));
        return VersionDocument.Checksum(found);
    }

    /// <inheritdoc />
    public void Write(BackendMeta meta)
    {
        var (document, numbers) = (new BsonDocument { ["_id"] = 1, ["checksum"] = (long)meta.Checksum() }, meta.ToNumbers());
        for (var i = 0; i < numbers.Length; i++) document[BackendMeta.Names[i]] = numbers[i];
        Change(() => Meta.Upsert(document));
    }

    /// <inheritdoc />
    public void Commit()
    {
        Change(() => _writer.Flush(Versions));
        var file = Opened;
        // LiteDB takes for written what the disk refused: Find must not come to see it.
        Swap(() =>
        {
            file.Database.Commit();
            if (file.IsRefused) Close();
        });
        Explained(file.Checkpoint);
    }

    /// <inheritdoc />
    public void Rollback() => Swap(() =>
    {
        _writer.Clear();
        // LiteDB's own would write to a disk that may be full, and it does not rise again after one that was.
        Close();
        _open = new LiteDbFile(File);
    });

    /// <inheritdoc />
    public void Defragment()
    {
        // LiteDB's own rebuild wants to own the file, so the documents are copied, and the copy takes the file's place.
        try
        {
            EnsureOpen();
            Explained(Opened.Finish);       // the log would not fit the copy
            Explained(() => Opened.CopyTo(Copy));
        }
        catch
        {
            LiteDbStreams.Delete(Copy);
            throw;
        }
        Swap(() =>
        {
            Close();
            LiteDbStreams.Replace(File, by: Copy);
            _open = new LiteDbFile(File);
        });
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Close();
        _swap.Dispose();
        _finders.Dispose();
    }

    // In the document where the revision's rows end, which is where nearly all are found.
    private BsonDocument? FindNear(ByteString key, long revision) =>
        LiteDbFile.LastUpTo(Versions, BackendRow.FirstId(revision + 1) - 1) is { } document
            ? VersionDocument.Rows(document).LastOrDefault(row => VersionDocument.IsOf(row, key, revision))
            : null;

    // The last of two under one revision, which may fill several documents.
    private BsonDocument? FindAmong(ByteString key, long revision) => LiteDbFile.From(Versions, BackendRow.FirstId(revision))
        .SelectMany(VersionDocument.Rows)
        .TakeWhile(row => row["mod_revision"].AsInt64 <= revision)
        .LastOrDefault(row => VersionDocument.IsOf(row, key, revision));

    private static BackendItem ToItem(BackendItemKind kind, BsonDocument document) =>
        new BackendItem(kind, document["_id"].AsInt64, document["number"].AsInt64).Checked(VersionDocument.Checksum(document));

    // A long transaction goes to the log in parts. When the disk refuses one, that is why LiteDB makes no sense of the log from there on.
    private void Change(Action work)
    {
        try
        {
            Explained(work);
        }
        finally
        {
            Opened.ThrowIfRefused();
        }
    }

    private ILiteCollection<BsonDocument> Items(BackendItemKind kind) => Opened.Database.GetCollection(kind == BackendItemKind.Lease ? "leases" : "alarms");

    private void EnsureOpen()
    {
        if (_open is null) Swap(() => _open = new LiteDbFile(File));
    }

    private void Close()
    {
        _open?.Dispose();
        _open = null;
    }

    // No Find is at work meanwhile.
    private void Swap(Action work)
    {
        _swap.EnterWriteLock();
        try
        {
            Explained(work);
        }
        finally
        {
            _swap.ExitWriteLock();
        }
    }

    private static void Explained(Action work) => Explained(() =>
    {
        work();
        return true;
    });

    // As the port says it: what the file makes no sense of, and what the disk refused.
    private static T Explained<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (LiteException ex) when (ex.ErrorCode == LiteException.LOCK_TIMEOUT)
        {
            throw new IOException($"LiteDB says: {ex.Message}", ex);
        }
        catch (LiteException ex)
        {
            throw new InvalidDataException($"LiteDB says: {ex.Message}", ex);
        }
    }
}
