using Google.Protobuf;

namespace MiniK8s.Store.Mvcc;

/// <summary>The versions of one key but for the newest, oldest first: those the backend has as numbers, later ones as places in the log.</summary>
/// <remarks>
/// <code>
/// settled                    logged
/// [2] [4] [-6]               [9 log-3:812] [12 log-3:990] [ ] [ ]      the backend has the versions up to 6; minus: a tombstone
/// </code>
/// Of a settled version only the revision is kept (<see cref="SettledMarks"/>): it finds the rest in the backend, where hardly anyone looks for it.
/// They are folded when half of the logged ones are settled, or those have no room left; a key that rests keeps what it has. One writer; an object
/// changes only in slots past <see cref="Count"/>, so a reader that holds one is not disturbed.
/// </remarks>
internal sealed class OlderVersions
{
    private const int LeastRoom = 4;
    private readonly ISettledVersions? _backend;        // null while nothing is settled
    private readonly SettledMarks _settled;
    private readonly LoggedVersion[] _logged;
    private int _loggedCount;

    private OlderVersions(ISettledVersions? backend, SettledMarks settled, LoggedVersion[] logged, int loggedCount) =>
        (_backend, _settled, _logged, _loggedCount) = (backend, settled, logged, loggedCount);

    /// <summary>No versions.</summary>
    public static OlderVersions None { get; } = new(null, SettledMarks.None, [], 0);

    /// <summary>How many there are; grows while others read.</summary>
    public int Count => _settled.Count + Volatile.Read(ref _loggedCount);

    /// <summary>The revision that wrote the version.</summary>
    public long Revision(int index) => long.Abs(Mark(index));

    /// <summary>Whether the version is the mark of a deletion.</summary>
    public bool IsTombstone(int index) => Mark(index) < 0;

    /// <summary>The version, read from the log or the backend.</summary>
    /// <exception cref="InvalidDataException">What the disk holds is not what was written there.</exception>
    /// <exception cref="VersionGoneException">It has been compacted away meanwhile.</exception>
    public KeyVersion Get(ByteString key, int index)
    {
        if (index >= _settled.Count) return _logged[index - _settled.Count].Get(key);
        return IsTombstone(index) ? new KeyVersion(KeyHistory.Tombstone(key, Revision(index))) : _backend!.Find(key, Revision(index));
    }

    /// <summary>The last version that the revision or one before it wrote; -1 when there is none.</summary>
    public int LastAtOrBefore(long revision)
    {
        var (low, high) = (0, Volatile.Read(ref _loggedCount));
        // Newest first: nearly every read wants the newest or the one before.
        if (high > 0 && long.Abs(_logged[high - 1].Mark) <= revision) return _settled.Count + high - 1;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (long.Abs(_logged[middle].Mark) <= revision) low = middle + 1;
            else high = middle;
        }
        return low > 0 ? _settled.Count + low - 1 : _settled.LastAtOrBefore(revision);
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
        var logged = _logged[int.Max(0, index - _settled.Count).._loggedCount];
        return new OlderVersions(_backend, _settled.Slice(index, _settled.Count), logged, logged.Length);
    }

    /// <summary>The versions up to the index, it included. The writer only.</summary>
    public OlderVersions UpTo(int index)
    {
        // Copies: what others read must not be written over.
        var logged = _logged[..int.Max(0, index + 1 - _settled.Count)];
        return new OlderVersions(_backend, _settled.Slice(0, int.Min(index + 1, _settled.Count)), logged, logged.Length);
    }

    private bool IsHalfSettled => _loggedCount > LeastRoom && _logged[_loggedCount / 2].Settled is not null;

    // A settled one has no place to compare; its revision is another's only where a revision was undone, and what was undone never settles.
    private bool IsAt(int index, KeyVersion version) =>
        index < _settled.Count ? _settled[index] == LoggedVersion.MarkOf(version) : _logged[index - _settled.Count].Is(version);

    private long Mark(int index) => index < _settled.Count ? _settled[index] : _logged[index - _settled.Count].Mark;

    // With room for half as many more as cannot be folded, so that each version is moved a few times at most.
    private OlderVersions Folded()
    {
        var (folds, backend) = (0, _backend);
        while (folds < _loggedCount && _logged[folds].Settled is { } home) (folds, backend) = (folds + 1, home);

        var marks = new long[folds];
        for (var i = 0; i < folds; i++) marks[i] = _logged[i].Mark;

        var left = _loggedCount - folds;
        var logged = new LoggedVersion[int.Max(LeastRoom, left * 3 / 2)];
        for (var i = 0; i < left; i++) logged[i] = _logged[folds + i].Released();
        return new OlderVersions(backend, _settled.With(marks), logged, left);
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
