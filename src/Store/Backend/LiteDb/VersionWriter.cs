using LiteDB;

namespace MiniK8s.Store.Backend.LiteDb;

/// <summary>What a transaction does to the versions, gathered so that LiteDB is called once for many rows. One thread; nothing outlives the transaction.</summary>
internal sealed class VersionWriter
{
    // A read takes a document as a whole: of 13 rows of 256 B 43 us, of 32 of them 64, and as long of 7 rows of 2 KiB as of one alone. And what
    // a compaction leaves of a document keeps its page: of 16 rows of 300 B a file that churns takes 5.3 times what lives in it, of 12 3.3 times.
    private const int MostRows = 12;

    private const int MostBytes = 16 << 10;       // of keys and values

    private const int MostChanged = 64;

    private readonly List<BsonDocument> _added = [];
    private readonly List<Changed> _changed = [];
    private int _addedBytes;

    /// <summary>Adds a row; ids only ever rise.</summary>
    public void Insert(ILiteCollection<BsonDocument> versions, BackendRow row, uint checksum)
    {
        var bytes = row.Value.Key.Length + row.Value.Value.Length;
        if (_added.Count == MostRows || (_added.Count > 0 && _addedBytes + bytes > MostBytes)) WriteAdded(versions);
        _added.Add(VersionDocument.Of(row, checksum));
        _addedBytes += bytes;
    }

    /// <summary>Removes a row; gives the checksum it bore, null when there is none.</summary>
    public uint? Delete(ILiteCollection<BsonDocument> versions, long id)
    {
        WriteAdded(versions);
        if (Holding(versions, id) is not { } changed || VersionDocument.Remove(changed.Document, id) is not { } row) return null;
        // A value may be large: it is not kept for the sake of one call less.
        if (VersionDocument.IsEmpty(changed.Document) && _changed.Remove(changed)) versions.Delete(changed.From);
        return VersionDocument.Checksum(row);
    }

    /// <summary>Gives LiteDB what it has not been given yet: stubs that are read now, and a commit, have it all.</summary>
    public void Flush(ILiteCollection<BsonDocument> versions)
    {
        WriteAdded(versions);
        WriteChanged(versions);
    }

    /// <summary>Forgets what LiteDB has not been given: the transaction is undone.</summary>
    public void Clear()
    {
        _added.Clear();
        _addedBytes = 0;
        _changed.Clear();
    }

    private void WriteAdded(ILiteCollection<BsonDocument> versions)
    {
        if (_added.Count == 0) return;
        var document = VersionDocument.Of(_added);
        _added.Clear();
        _addedBytes = 0;
        versions.Insert(document);
    }

    // The document that would have the row, from now on one of the changed ones; the range it covers is that it had when it was read.
    private Changed? Holding(ILiteCollection<BsonDocument> versions, long id)
    {
        if (_changed.Find(each => each.From <= id && id <= each.To) is { } known) return known;
        if (LiteDbFile.LastUpTo(versions, id) is not { } document) return null;
        var from = document["_id"].AsInt64;
        // The row would stand behind the document's last: it is not there, and what was read is not what became of the document.
        if (_changed.Exists(each => each.From == from)) return null;
        if (_changed.Count == MostChanged) WriteChanged(versions);
        var changed = new Changed(from, VersionDocument.LastId(document), document);
        _changed.Add(changed);
        return changed;
    }

    private void WriteChanged(ILiteCollection<BsonDocument> versions)
    {
        foreach (var changed in _changed) versions.Update(changed.Document);
        _changed.Clear();
    }

    private sealed record Changed(long From, long To, BsonDocument Document);
}
