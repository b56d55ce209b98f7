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
/// only after the versions up to it are in place, and later ones are past what it looks for. Readers look at the newest
/// version first and at the older ones second; the writer moves a version among the older ones before it replaces the
/// newest, so a version is always in at least one of the two. Compaction makes a new object, so a snapshot taken before
/// it reads on undisturbed.
/// </remarks>
internal sealed class KeyHistory(ByteString key)
{
    private KeyVersion? _newest;
    private OlderVersions _older = OlderVersions.None;

    /// <summary>The key.</summary>
    public ByteString Key { get; } = key;

    /// <summary>Whether no version is left.</summary>
    public bool IsEmpty => _newest is null;

    /// <summary>The mark of a deletion: a key and the revision that deleted it, version 0.</summary>
    public static KeyValue Tombstone(ByteString key, long revision) => new() { Key = key, ModRevision = revision };

    /// <summary>What the key held at the revision; null when it did not exist then. An old version may have to be read from the backend.</summary>
    /// <exception cref="InvalidDataException">What the disk holds is not what was written there.</exception>
    /// <exception cref="VersionGoneException">It has been compacted away meanwhile.</exception>
    public KeyVersion? At(long revision)
    {
        if (Volatile.Read(ref _newest) is not { } newest) return null;
        if (newest.ModRevision <= revision) return newest.IsTombstone ? null : newest;
        var older = Volatile.Read(ref _older);
        var index = older.LastAtOrBefore(revision);
        return index < 0 || older.IsTombstone(index) ? null : older.Get(Key, index);
    }

    /// <summary>Whether the key existed at the revision. Never reads from disk.</summary>
    public bool ExistsAt(long revision)
    {
        if (Volatile.Read(ref _newest) is not { } newest) return false;
        if (newest.ModRevision <= revision) return !newest.IsTombstone;
        var older = Volatile.Read(ref _older);
        var index = older.LastAtOrBefore(revision);
        return index >= 0 && !older.IsTombstone(index);
    }

    /// <summary>The version that a change made, a tombstone too; the change must be one of this key.</summary>
    /// <inheritdoc cref="At" path="/exception"/>
    public KeyVersion Of(long revision, bool isTombstone)
    {
        var newest = Volatile.Read(ref _newest)!;
        if (newest.ModRevision == revision && newest.IsTombstone == isTombstone) return newest;
        var older = Volatile.Read(ref _older);
        var index = older.LastAtOrBefore(revision);
        while (older.IsTombstone(index) != isTombstone) index--;        // a revision may delete what it put, or put what it deleted
        return older.Get(Key, index);
    }

    /// <summary>Adds the newest version. The writer only; revisions never fall.</summary>
    public void Append(KeyVersion version)
    {
        // After an undo the newest one is among the older ones already.
        if (_newest is { } newest && !_older.EndsWith(newest)) Volatile.Write(ref _older, _older.With(newest));
        Volatile.Write(ref _newest, version);
    }

    /// <summary>Takes back what was appended after the revision and never published. The writer only.</summary>
    /// <inheritdoc cref="At" path="/exception"/>
    public void ForgetAfter(long revision)
    {
        if (_newest is not { } newest || newest.ModRevision <= revision) return;
        var last = _older.LastAtOrBefore(revision);
        // A reader that has seen what is taken back finds its version among the older ones still.
        Volatile.Write(ref _newest, last < 0 ? null : _older.Get(Key, last));
        Volatile.Write(ref _older, _older.UpTo(last));
    }

    /// <summary>What a compaction at the revision leaves; this object when nothing goes. The writer only.</summary>
    public KeyHistory CompactedAt(long revision)
    {
        if (_newest is not { } newest) return this;
        if (newest.ModRevision <= revision)
        {
            if (newest.IsTombstone) return new KeyHistory(Key);
            return _older.Count == 0 ? this : new KeyHistory(Key) { _newest = newest };
        }

        var keep = _older.LastAtOrBefore(revision);
        if (keep >= 0 && _older.IsTombstone(keep)) keep++;
        return keep <= 0 ? this : new KeyHistory(Key) { _newest = newest, _older = _older.From(keep) };
    }

    /// <summary>The versions a reader of the revisions from one to another meets, oldest first, the tombstones after <paramref name="from"/> too.</summary>
    /// <inheritdoc cref="At" path="/exception"/>
    public IEnumerable<KeyVersion> Between(long from, long to)
    {
        if (Volatile.Read(ref _newest) is not { } newest) yield break;
        if (newest.ModRevision <= from)
        {
            if (!newest.IsTombstone) yield return newest;
            yield break;
        }
        var older = Volatile.Read(ref _older);
        var first = older.LastAtOrBefore(from);
        if (first < 0 || older.IsTombstone(first)) first++;
        // The writer may have moved the newest one among the older ones meanwhile, and later ones after it.
        for (var end = older.IndexOf(newest); first < end && older.Revision(first) <= to; first++) yield return older.Get(Key, first);
        if (newest.ModRevision <= to) yield return newest;
    }
}
