using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

/// <summary>One change of one key in one revision; the key's history has the rest.</summary>
/// <param name="History">The key's history at that time; a later compaction leaves it as it was.</param>
/// <param name="Revision">The revision that made the change.</param>
/// <param name="IsTombstone">Whether it deleted the key. A revision may put a key and delete it.</param>
internal readonly record struct Change(KeyHistory History, long Revision, bool IsTombstone)
{
    /// <summary>The key.</summary>
    public ByteString Key => History.Key;

    /// <summary>What the change made of the key, read from the backend if it is settled.</summary>
    /// <exception cref="InvalidDataException">What the disk holds is not what was written there.</exception>
    /// <exception cref="VersionGoneException">It has been compacted away meanwhile.</exception>
    public KeyVersion Version => History.Of(Revision, IsTombstone);
}

/// <summary>The changes of every revision since the last compaction, found by revision.</summary>
/// <remarks>
/// An immutable view over chunks that the writer fills. Slots past <see cref="Last"/> may be written while others read,
/// never slots within it; compaction copies the one chunk it cuts. So catching up on old events takes no lock.
/// Nearly every revision changes one key: its slot is that key's history. The slot of others is an array of changes.
/// </remarks>
internal sealed class RevisionHistory
{
    private const int ChunkSize = 1024;
    private readonly object[][] _chunks;    // of KeyHistory or Change[]
    private readonly long _chunksStart;     // the revision of the first slot of the first chunk

    private RevisionHistory(object[][] chunks, long chunksStart, long first, long last) =>
        (_chunks, _chunksStart, First, Last) = (chunks, chunksStart, first, last);

    /// <summary>The oldest revision here.</summary>
    public long First { get; }

    /// <summary>The newest revision here; one less than <see cref="First"/> when there is none.</summary>
    public long Last { get; }

    /// <summary>The changes of one revision, in order. The revision must lie from <see cref="First"/> to <see cref="Last"/>.</summary>
    public IReadOnlyList<Change> this[long revision]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(revision, First);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(revision, Last);
            var slot = revision - _chunksStart;
            var changes = _chunks[slot / ChunkSize][slot % ChunkSize];
            return changes is KeyHistory only ? [new Change(only, revision, !only.ExistsAt(revision))] : (Change[])changes;
        }
    }

    /// <summary>A history that continues after the revision.</summary>
    public static RevisionHistory After(long revision) => new([], revision + 1, revision + 1, revision);

    /// <summary>The history with the next revision's changes added, at least one. The writer only, always on the newest history.</summary>
    public RevisionHistory With(IReadOnlyList<Change> changes)
    {
        var slot = Last + 1 - _chunksStart;
        var chunks = _chunks;
        if (slot / ChunkSize == chunks.Length) chunks = [.. chunks, new object[ChunkSize]];
        chunks[slot / ChunkSize][slot % ChunkSize] = changes is [{ History: var only }] ? only : changes.ToArray();
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
        var head = new object[ChunkSize];
        Array.Copy(chunks[0], cut, head, cut, ChunkSize - cut);
        chunks[0] = head;
        return new RevisionHistory(chunks, start, revision, Last);
    }
}
