using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Mvcc;

/// <summary>Every version of one key since the last compaction, oldest first; tombstones part its generations.</summary>
/// <remarks>
/// <code>
/// put, put, delete, put        [2 v1] [4 v2] [6 tombstone] [9 v1]      two generations: created at 2, created at 9
/// the same, compacted at 4              [4 v2] [6 tombstone] [9 v1]
/// the same, compacted at 6                                   [9 v1]    a settled tombstone goes with what it ended
/// put, delete, compacted at 4  (empty: the key leaves the tree)
/// </code>
/// One writer appends, any number of readers look up at a revision, without a lock: a reader's revision is published
/// only after the versions up to it are in place, and later ones are past what it looks for. Compaction makes a new
/// object, so a snapshot taken before it reads on undisturbed.
/// </remarks>
internal sealed class KeyHistory(ByteString key)
{
    private KeyVersion[] _versions = new KeyVersion[1];
    private int _count;

    /// <summary>The key.</summary>
    public ByteString Key { get; } = key;

    /// <summary>Whether no version is left.</summary>
    public bool IsEmpty => _count == 0;

    /// <summary>The mark of a deletion: a key and the revision that deleted it, version 0.</summary>
    public static KeyValue Tombstone(ByteString key, long revision) => new() { Key = key, ModRevision = revision };

    /// <summary>What the key held at the revision; null when it did not exist then.</summary>
    public KeyVersion? At(long revision)
    {
        // The count first, the array second: the array only ever grows, so it covers the count.
        var count = Volatile.Read(ref _count);
        var versions = Volatile.Read(ref _versions);
        var index = LastAtOrBefore(versions, count, revision);
        if (index < 0) return null;
        var found = versions[index];
        return found.IsTombstone ? null : found;
    }

    /// <summary>Adds the newest version. The writer only; revisions never fall.</summary>
    public void Append(KeyVersion version)
    {
        if (_count == _versions.Length)
        {
            var grown = new KeyVersion[_count * 2];
            Array.Copy(_versions, grown, _count);
            Volatile.Write(ref _versions, grown);
        }
        _versions[_count] = version;
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Takes back what was appended after the revision and never published. The writer only.</summary>
    public void ForgetAfter(long revision)
    {
        // The slots stay as they are: a reader that saw the old count may look at them, and finds revisions past its own.
        Volatile.Write(ref _count, LastAtOrBefore(_versions, _count, revision) + 1);
    }

    /// <summary>What a compaction at the revision leaves; this object when nothing goes. The writer only.</summary>
    public KeyHistory CompactedAt(long revision)
    {
        var keep = LastAtOrBefore(_versions, _count, revision);
        if (keep >= 0 && _versions[keep].IsTombstone) keep++;
        if (keep <= 0) return this;

        var left = new KeyHistory(Key) { _versions = new KeyVersion[int.Max(1, _count - keep)], _count = _count - keep };
        Array.Copy(_versions, keep, left._versions, 0, left._count);
        return left;
    }

    /// <summary>The versions a reader of the revisions from one to another meets, oldest first, the tombstones after <paramref name="from"/> too.</summary>
    public IEnumerable<KeyVersion> Between(long from, long to)
    {
        var count = Volatile.Read(ref _count);
        var versions = Volatile.Read(ref _versions);
        var first = LastAtOrBefore(versions, count, from);
        if (first < 0 || versions[first].IsTombstone) first++;
        for (; first < count && versions[first].ModRevision <= to; first++) yield return versions[first];
    }

    // Newest first: nearly every read wants the newest or the one before.
    private static int LastAtOrBefore(KeyVersion[] versions, int count, long revision)
    {
        if (count > 0 && versions[count - 1].ModRevision <= revision) return count - 1;
        var (low, high) = (0, count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (versions[middle].ModRevision <= revision) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }
}
