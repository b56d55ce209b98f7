using System.Text;

using Google.Protobuf;

using LiteDB;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Backend.LiteDb;

/// <summary>The backend as a LiteDB file, its documents fit to be read in LiteDB Studio.</summary>
/// <remarks>
/// <code>
/// versions  { _id, key, value, create_revision, mod_revision, version, lease, previous, checksum }
/// leases    { _id, number (TTL in seconds), checksum }       alarms  { _id, number, checksum }
/// meta      { _id: 1, format, revision, ... , checksum }
/// </code>
/// Key and value are text where they are valid UTF-8, binary otherwise. LiteDB writes a transaction to a log of its own beside the file, and the
/// log to the file at a checkpoint. It does not sync the log, nor know a torn log from a whole one; <see cref="LiteDbStreams"/> sees to that.
/// </remarks>
internal sealed class LiteDbBackend : IBackend
{
    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly LiteDbStreams _streams;
    private readonly ReaderWriterLockSlim _swap = new();      // Find reads the database that Defragment replaces
    private LiteDatabase _database;

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    public LiteDbBackend(string file)
    {
        File = file;
        _streams = new LiteDbStreams(file);
        try
        {
            _database = Open();
        }
        catch
        {
            _streams.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public string Name => "LiteDB";

    /// <inheritdoc />
    public string File { get; }

    /// <inheritdoc />
    public long FileBytes => _streams.Length;

    /// <summary>The same: LiteDB does not say how many pages are free, only <see cref="Defragment"/> shows it.</summary>
    public long UsedBytes => FileBytes;

    private ILiteCollection<BsonDocument> Versions => _database.GetCollection("versions");

    private ILiteCollection<BsonDocument> Meta => _database.GetCollection("meta");

    /// <inheritdoc />
    public BackendMeta? ReadMeta()
    {
        if (Meta.FindById(1) is not { } document) return null;
        var numbers = BackendMeta.Names.ToArray().Select(name => document[name].AsInt64).ToArray();
        return BackendMeta.FromNumbers(numbers, Checksum(document));
    }

    /// <inheritdoc />
    public IEnumerable<BackendRow> ReadRows() => Versions.Find(Query.All("_id")).Select(ToRow);

    /// <inheritdoc />
    public IEnumerable<BackendItem> ReadItems() => Enum.GetValues<BackendItemKind>().SelectMany(kind =>
        Items(kind).Find(Query.All("_id")).Select(document => new BackendItem(kind, document["_id"].AsInt64, document["number"].AsInt64).Checked(Checksum(document))));

    /// <inheritdoc />
    public List<RowStub> ReadStubs(long from, int limit) => Versions.Find(Query.GTE("_id", from), 0, limit)
        .Select(document => new RowStub(document["_id"].AsInt64, document["mod_revision"].AsInt64, document["previous"].AsInt64, document["version"].AsInt64 == 0))
        .ToList();

    /// <inheritdoc />
    public KeyValue? Find(ByteString key, long revision)
    {
        _swap.EnterReadLock();
        try
        {
            return Versions.Find(Query.GTE("_id", BackendRow.FirstId(revision)))
                .TakeWhile(document => document["mod_revision"].AsInt64 <= revision)
                .Where(document => document["mod_revision"].AsInt64 == revision && document["version"].AsInt64 != 0 && ToBytes(document["key"]).Equals(key))
                .Select(document => ToRow(document).Value)
                .FirstOrDefault();
        }
        finally
        {
            _swap.ExitReadLock();
        }
    }

    /// <inheritdoc />
    public void Begin()
    {
        if (!_database.BeginTrans()) throw new InvalidOperationException("A transaction runs already.");
    }

    /// <inheritdoc />
    public void Insert(BackendRow row, uint checksum) => Versions.Insert(new BsonDocument
    {
        ["_id"] = row.Id,
        ["key"] = ToValue(row.Value.Key),
        ["value"] = ToValue(row.Value.Value),
        ["create_revision"] = row.Value.CreateRevision,
        ["mod_revision"] = row.Value.ModRevision,
        ["version"] = row.Value.Version,
        ["lease"] = row.Value.Lease,
        ["previous"] = row.Previous,
        ["checksum"] = (long)checksum,
    });

    /// <inheritdoc />
    public uint? Delete(long id) => Delete(Versions, id);

    /// <inheritdoc />
    public void Insert(BackendItem item, uint checksum) =>
        Items(item.Kind).Insert(new BsonDocument { ["_id"] = item.Id, ["number"] = item.Number, ["checksum"] = (long)checksum });

    /// <inheritdoc />
    public uint? Delete(BackendItemKind kind, long id) => Delete(Items(kind), id);

    /// <inheritdoc />
    public void Write(BackendMeta meta)
    {
        var (document, numbers) = (new BsonDocument { ["_id"] = 1, ["checksum"] = (long)meta.Checksum() }, meta.ToNumbers());
        for (var i = 0; i < numbers.Length; i++) document[BackendMeta.Names[i]] = numbers[i];
        Meta.Upsert(document);
    }

    /// <inheritdoc />
    public void Commit()
    {
        _database.Commit();
        _database.Checkpoint();
    }

    /// <inheritdoc />
    public void Rollback() => _database.Rollback();

    /// <inheritdoc />
    public void Defragment()
    {
        // LiteDB's own rebuild wants to own the file, so the documents are copied, and the copy takes the file's place.
        var copy = File + ".tmp";
        using (var streams = new LiteDbStreams(copy))
        {
            using var target = new LiteDatabase(streams.Data, new BsonMapper(), streams.Log);
            foreach (var name in _database.GetCollectionNames()) target.GetCollection(name).InsertBulk(_database.GetCollection(name).FindAll());
            target.Checkpoint();
        }
        _swap.EnterWriteLock();
        try
        {
            _database.Dispose();
            _streams.ReplaceBy(copy);
            _database = Open();
        }
        finally
        {
            _swap.ExitWriteLock();
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _database.Dispose();
        _streams.Dispose();
        _swap.Dispose();
    }

    private static BackendRow ToRow(BsonDocument document) => new BackendRow(document["_id"].AsInt64, document["previous"].AsInt64, new KeyValue
    {
        Key = ToBytes(document["key"]),
        Value = ToBytes(document["value"]),
        CreateRevision = document["create_revision"].AsInt64,
        ModRevision = document["mod_revision"].AsInt64,
        Version = document["version"].AsInt64,
        Lease = document["lease"].AsInt64,
    }).Checked(Checksum(document));

    private static uint Checksum(BsonDocument document) => (uint)document["checksum"].AsInt64;

    private static BsonValue ToValue(ByteString bytes)
    {
        try
        {
            return _utf8.GetString(bytes.Span);
        }
        catch (DecoderFallbackException)
        {
            return bytes.ToByteArray();
        }
    }

    private static ByteString ToBytes(BsonValue value) =>
        value.IsString ? ByteString.CopyFrom(value.AsString, _utf8) : UnsafeByteOperations.UnsafeWrap(value.AsBinary);

    private static uint? Delete(ILiteCollection<BsonDocument> documents, long id)
    {
        if (documents.FindById(id) is not { } found) return null;
        documents.Delete(id);
        return Checksum(found);
    }

    private ILiteCollection<BsonDocument> Items(BackendItemKind kind) => _database.GetCollection(kind == BackendItemKind.Lease ? "leases" : "alarms");

    private LiteDatabase Open()
    {
        var database = new LiteDatabase(_streams.Data, new BsonMapper(), _streams.Log);
        // The checkpoint that the power cut short comes first: whatever else is written to the log would break its seal.
        database.Checkpoint();
        database.CheckpointSize = 0;        // from here on checkpoints are ours
        return database;
    }
}
