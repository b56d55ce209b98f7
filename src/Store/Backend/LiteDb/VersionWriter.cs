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

    // The rows that wait come first. The others are written over again and again: a new one leaves 900 bytes of a growing table behind.
    private readonly BsonDocument[] _rows = [.. Enumerable.Range(0, MostRows).Select(_ => new BsonDocument())];

    private readonly List<Changed> _changed = [];
    private int _added;
    private int _addedBytes;

    /// <summary>Whether another row may be added before those added have been written.</summary>
    public bool HasRoomFor(BackendRow row) => _added == 0 || (_added < MostRows && _addedBytes + BytesOf(row) <= MostBytes);

    /// <summary>Adds a row, for which there must be room; ids only ever rise.</summary>
    public void Add(BackendRow row, uint checksum)
    {
        VersionDocument.Write(_rows[_added++], row, checksum);
        _addedBytes += BytesOf(row);
    }

    /// <summary>Gives LiteDB the rows added.</summary>
    public void WriteAdded(ILiteCollection<BsonDocument> versions)
    {
        if (_added == 0) return;
        versions.Insert(VersionDocument.Of(new ArraySegment<BsonDocument>(_rows, 0, _added)));
        ForgetAdded();
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
        ForgetAdded();
        _changed.Clear();
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

    private void ForgetAdded()
    {
        foreach (var row in _rows.AsSpan(0, _added)) VersionDocument.Forget(row);
        (_added, _addedBytes) = (0, 0);
    }

    private void WriteChanged(ILiteCollection<BsonDocument> versions)
    {
        foreach (var changed in _changed) versions.Update(changed.Document);
        _changed.Clear();
    }

    private static int BytesOf(BackendRow row) => row.Value.Key.Length + row.Value.Value.Length;

    private sealed record Changed(long From, long To, BsonDocument Document);
}
