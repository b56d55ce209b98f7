using LiteDB;

namespace MiniK8s.Store.Backend.LiteDb;

/// <summary>An open LiteDB file. After a method has thrown, it is good for <see cref="Dispose"/> alone.</summary>
internal sealed class LiteDbFile : IDisposable
{
    // Until a query has ended LiteDB keeps every page it met, and the room for them for ever: long ones are cut into pieces.
    private const int DocumentsAtOnce = 16;

    // Of a copy's log, before it goes to the copy.
    private const int CheckpointBytes = 8 << 20;

    private static readonly BsonExpression _id = BsonExpression.Create("{ _id }");

    private readonly LiteDbStreams _streams;

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="IOException">It cannot be opened, or made.</exception>
    public LiteDbFile(string file)
    {
        _streams = new LiteDbStreams(file);
        try
        {
            Database = new LiteDatabase(_streams.Data, new BsonMapper(), _streams.Log);
            Finish();
        }
        catch (IOException) when (Database is not null && _streams.IsSealed)
        {
            // A full disk: what is in the log is read from there, and nothing is written before Finish has been.
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The database.</summary>
    public LiteDatabase Database { get; } = null!;

    /// <summary>Length of the file, without the log.</summary>
    public long Length => _streams.Length;

    /// <summary>The condition for ids greater than this one.</summary>
    /// <remarks>
    /// The id is a parameter: LiteDB compiles each new text, and keeps what it compiled for ever. And it is "greater": for "greater or equal" LiteDB
    /// looks backward in the index first, where <see cref="Read"/> has checked nothing.
    /// </remarks>
    public static BsonExpression After(BsonValue id) => BsonExpression.Create("_id > @0", id);

    /// <summary>The document with the greatest id up to this one; null where there is none. For "up to" as for "greater or equal": one more, and "less".</summary>
    public static BsonDocument? LastUpTo(ILiteCollection<BsonDocument> documents, long id) =>
        documents.Query().Where(BsonExpression.Create("_id < @0", id + 1)).OrderByDescending("_id").Limit(1).ToDocuments().SingleOrDefault();

    /// <summary>Documents by id, from the one that covers this id on, read in pieces.</summary>
    public static IEnumerable<BsonDocument> From(ILiteCollection<BsonDocument> documents, long id)
    {
        if (LastUpTo(documents, id) is { } first) yield return first;
        while (documents.Find(After(id), 0, DocumentsAtOnce).ToList() is { Count: > 0 } found)
        {
            foreach (var document in found) yield return document;
            id = found[^1]["_id"].AsInt64;
        }
    }

    /// <summary>The collection's documents by id, in pieces.</summary>
    /// <exception cref="InvalidDataException">Its index is damaged.</exception>
    public IEnumerable<List<BsonDocument>> Read(string collection)
    {
        var documents = Database.GetCollection(collection);
        CheckIndex(documents);
        var last = BsonValue.MinValue;
        while (documents.Find(After(last), 0, DocumentsAtOnce).ToList() is { Count: > 0 } found)
        {
            yield return found;
            last = found[^1]["_id"];
        }
    }

    /// <summary>Whether the disk refused the log since the file was opened. LiteDB does not know.</summary>
    public bool IsRefused => _streams.IsRefused;

    /// <summary>Throws what the disk said when it refused the log since the file was opened, if it did.</summary>
    public void ThrowIfRefused() => _streams.ThrowIfRefused();

    /// <summary>Makes the file ready to be written: redoes the checkpoint that was cut short, if one was.</summary>
    /// <exception cref="IOException">The disk refuses it still.</exception>
    public void Finish()
    {
        // The checkpoint comes first: whatever else is written to the log would break its seal.
        Checkpoint();
        if (Database.CheckpointSize == 0) return;
        Database.CheckpointSize = 0;        // from here on checkpoints are ours
        Checkpoint();
    }

    /// <summary>Brings what is committed from the log into the file; when this returns, it is on the disk, synced.</summary>
    public void Checkpoint()
    {
        ThrowIfRefused();
        Database.Checkpoint();
    }

    /// <summary>Makes a file with the same documents and no free pages.</summary>
    public void CopyTo(string file)
    {
        using var copy = new LiteDbFile(file);
        foreach (var name in Database.GetCollectionNames().ToList())
        {
            foreach (var documents in Read(name))
            {
                copy.Database.GetCollection(name).InsertBulk(documents);
                copy.ThrowIfRefused();
                if (copy._streams.LogLength > CheckpointBytes) copy.Checkpoint();
            }
        }
        copy.Checkpoint();
    }

    /// <summary>Closes the file; a transaction that still runs is as if it had never been.</summary>
    public void Dispose()
    {
        Database?.Dispose();
        _streams.Dispose();
    }

    // Where the index leads back to where it came from, a query for a part of it runs round and round for ever. One for all of it counts.
    private static void CheckIndex(ILiteCollection<BsonDocument> documents)
    {
        var last = BsonValue.MinValue;
        foreach (var document in documents.Query().OrderBy("_id").Select(_id).ToDocuments())
        {
            if (document["_id"] <= last) throw new InvalidDataException($"the index of {documents.Name} is out of order after {last}");
            last = document["_id"];
        }
    }
}
