namespace MiniK8s.Store.Mvcc;

/// <summary>The events of every revision since the last compaction, found by revision.</summary>
/// <remarks>
/// An immutable view over chunks that the writer fills. Slots past <see cref="Last"/> may be written while others read,
/// never slots within it; compaction copies the one chunk it cuts. So catching up on old events takes no lock.
/// </remarks>
internal sealed class RevisionHistory
{
    private const int ChunkSize = 1024;
    private readonly KeyVersion[][] _chunks;
    private readonly long _chunksStart;     // the revision of the first slot of the first chunk

    private RevisionHistory(KeyVersion[][] chunks, long chunksStart, long first, long last) =>
        (_chunks, _chunksStart, First, Last) = (chunks, chunksStart, first, last);

    /// <summary>The oldest revision here.</summary>
    public long First { get; }

    /// <summary>The newest revision here; one less than <see cref="First"/> when there is none.</summary>
    public long Last { get; }

    /// <summary>A history that continues after the revision.</summary>
    public static RevisionHistory After(long revision) => new([], revision + 1, revision + 1, revision);

    /// <summary>The first change of one revision, the others linked behind it. The revision must lie from <see cref="First"/> to <see cref="Last"/>.</summary>
    public KeyVersion this[long revision]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(revision, First);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, Last);
            var slot = revision - _chunksStart;
            return _chunks[slot / ChunkSize][slot % ChunkSize];
        }
    }

    /// <summary>The history with the next revision's changes added. The writer only, always on the newest history.</summary>
    public RevisionHistory With(KeyVersion first)
    {
        var slot = Last + 1 - _chunksStart;
        var chunks = _chunks;
        if (slot / ChunkSize == chunks.Length) chunks = [.. chunks, new KeyVersion[ChunkSize]];
        chunks[slot / ChunkSize][slot % ChunkSize] = first;
        return new RevisionHistory(chunks, _chunksStart, First, Last + 1);
    }

    /// <summary>The history from the revision on.</summary>
    public RevisionHistory From(long revision)
    {
        if (revision <= First) return this;
        if (revision > Last) return After(revision - 1);

        var skipped = (int)((revision - _chunksStart) / ChunkSize);
        var chunks = _chunks[skipped..];
        var start = _chunksStart + ((long)skipped * ChunkSize);
        // Only what is kept is copied, so that what is dropped can be collected.
        var cut = (int)(revision - start);
        var head = new KeyVersion[ChunkSize];
        Array.Copy(chunks[0], cut, head, cut, ChunkSize - cut);
        chunks[0] = head;
        return new RevisionHistory(chunks, start, revision, Last);
    }
}
