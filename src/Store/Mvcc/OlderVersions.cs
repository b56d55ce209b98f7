using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

/// <summary>The versions of one key but for the newest, oldest first: those the backend has as numbers, later ones as places in the log.</summary>
/// <remarks>
/// <code>
/// settled                    logged
/// [2] [4] [-6]               [9 log-3:812] [12 log-3:990] [ ] [ ]      the backend has the versions up to 6; minus: a tombstone
/// </code>
/// A settled version costs eight bytes: its revision finds the rest in the backend, where hardly anyone looks for it. They are folded when
/// half of the logged ones are settled, or those have no room left; a key that rests keeps what it has. One writer; an object changes only in slots past
/// <see cref="Count"/>, so a reader that holds one is not disturbed. Two objects may share the settled numbers, each up to its own count.
/// </remarks>
internal sealed class OlderVersions
{
    private const int LeastRoom = 4;
    private readonly ISettledVersions? _backend;        // null while nothing is settled
    private readonly long[] _settled;
    private readonly int _settledCount;
    private readonly LoggedVersion[] _logged;
    private int _loggedCount;

    private OlderVersions(ISettledVersions? backend, long[] settled, int settledCount, LoggedVersion[] logged, int loggedCount) =>
        (_backend, _settled, _settledCount, _logged, _loggedCount) = (backend, settled, settledCount, logged, loggedCount);

    /// <summary>No versions.</summary>
    public static OlderVersions None { get; } = new(null, [], 0, [], 0);

    /// <summary>How many there are; grows while others read.</summary>
    public int Count => _settledCount + Volatile.Read(ref _loggedCount);

    /// <summary>The revision that wrote the version.</summary>
    public long Revision(int index) => long.Abs(Mark(index));

    /// <summary>Whether the version is the mark of a deletion.</summary>
    public bool IsTombstone(int index) => Mark(index) < 0;

    /// <summary>The version, read from the log or the backend.</summary>
    /// <exception cref="InvalidDataException">What the disk holds is not what was written there.</exception>
    /// <exception cref="VersionGoneException">It has been compacted away meanwhile.</exception>
    public KeyVersion Get(ByteString key, int index)
    {
        if (index >= _settledCount) return _logged[index - _settledCount].Get(key);
        return IsTombstone(index) ? new KeyVersion(KeyHistory.Tombstone(key, Revision(index))) : _backend!.Find(key, Revision(index));
    }

    /// <summary>The last version that the revision or one before it wrote; -1 when there is none.</summary>
    public int LastAtOrBefore(long revision)
    {
        var (low, high) = (0, Count);
        // Newest first: nearly every read wants the newest or the one before.
        if (high > 0 && Revision(high - 1) <= revision) return high - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Revision(middle) <= revision) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /// <summary>Where the version is, the last of its revision; where it would be appended when it is not here.</summary>
    public int IndexOf(KeyVersion version)
    {
        var last = LastAtOrBefore(version.ModRevision);
        return last >= 0 && IsAt(last, version) ? last : last + 1;
    }

    /// <summary>Whether the version is the last one here.</summary>
    public bool EndsWith(KeyVersion version) => Count > 0 && IsAt(Count - 1, version);

    /// <summary>The versions with one more, later than all: this object while it has room, else another. The writer only.</summary>
    public OlderVersions With(KeyVersion version)
    {
        if (_loggedCount == _logged.Length || IsHalfSettled) return Folded().With(version);
        _logged[_loggedCount] = new LoggedVersion(version);
        Volatile.Write(ref _loggedCount, _loggedCount + 1);
        return this;
    }

    /// <summary>The versions from the index on. The writer only.</summary>
    public OlderVersions From(int index)
    {
        if (index >= Count) return None;
        var settled = _settled[int.Min(index, _settledCount).._settledCount];
        var logged = _logged[int.Max(0, index - _settledCount).._loggedCount];
        return new OlderVersions(_backend, settled, settled.Length, logged, logged.Length);
    }

    /// <summary>The versions up to the index, it included. The writer only.</summary>
    public OlderVersions UpTo(int index)
    {
        // Copies: what others read must not be written over.
        var settled = _settled[..int.Min(index + 1, _settledCount)];
        var logged = _logged[..int.Max(0, index + 1 - _settledCount)];
        return new OlderVersions(_backend, settled, settled.Length, logged, logged.Length);
    }

    private bool IsHalfSettled => _loggedCount > LeastRoom && _logged[_loggedCount / 2].Settled is not null;

    // A settled one has no place to compare; its revision is another's only where a revision was undone, and what was undone never settles.
    private bool IsAt(int index, KeyVersion version) =>
        index < _settledCount ? _settled[index] == LoggedVersion.MarkOf(version) : _logged[index - _settledCount].Is(version);

    private long Mark(int index) => index < _settledCount ? _settled[index] : _logged[index - _settledCount].Mark;

    // With room for half as many more as cannot be folded, so that each version is moved a few times at most.
    private OlderVersions Folded()
    {
        var (folds, backend) = (0, _backend);
        while (folds < _loggedCount && _logged[folds].Settled is { } home) (folds, backend) = (folds + 1, home);

        var settled = _settled;
        if (_settledCount + folds > settled.Length) Array.Resize(ref settled, int.Max(_settledCount + folds, settled.Length * 3 / 2));
        for (var i = 0; i < folds; i++) settled[_settledCount + i] = _logged[i].Mark;

        var left = _loggedCount - folds;
        var logged = new LoggedVersion[int.Max(LeastRoom, left * 3 / 2)];
        for (var i = 0; i < left; i++) logged[i] = _logged[folds + i].Released();
        return new OlderVersions(backend, settled, _settledCount + folds, logged, left);
    }
}

/// <summary>Where a version is found by its key and its revision alone: the backend.</summary>
internal interface ISettledVersions
{
    /// <summary>The version, no tombstone. Any thread; reads from disk.</summary>
    /// <exception cref="InvalidDataException">What is there is damaged; names the file.</exception>
    /// <exception cref="VersionGoneException">It has been compacted away.</exception>
    KeyVersion Find(ByteString key, long revision);
}
