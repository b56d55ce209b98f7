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
/// An immutable view over windows that the writer fills. Slots past <see cref="Last"/> may be written while others read,
/// never slots within it; compaction copies the one window it cuts. So catching up on old events takes no lock.
/// Nearly every revision changes one key: what is kept of it is that key's history, and of others an array of changes.
/// </remarks>
internal sealed class RevisionHistory
{
    private readonly RevisionWindow[] _windows;     // the first begins at First, each other where the one before ends

    private RevisionHistory(RevisionWindow[] windows, long first, long last) => (_windows, First, Last) = (windows, first, last);

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
            var changes = _windows[WindowOf(revision)][revision];
            return changes is KeyHistory only ? [new Change(only, revision, !only.ExistsAt(revision))] : (Change[])changes;
        }
    }

    /// <summary>A history that continues after the revision.</summary>
    public static RevisionHistory After(long revision) => new([], revision + 1, revision);

    /// <summary>The history with the next revision's changes added, at least one. The writer only, always on the newest history.</summary>
    public RevisionHistory With(IReadOnlyList<Change> changes)
    {
        var (windows, next) = (_windows, Last + 1);
        if (windows.Length == 0 || !windows[^1].HasRoomFor(next))
        {
            if (windows.Length > 0) windows[^1].Close(Last);
            windows = [.. windows, new RevisionWindow(next)];
        }
        windows[^1].Set(next, changes is [{ History: var only }] ? only : changes.ToArray());
        return new RevisionHistory(windows, First, next);
    }

    /// <summary>The history from the revision on.</summary>
    public RevisionHistory From(long revision)
    {
        if (revision <= First) return this;
        if (revision > Last) return After(revision - 1);

        // What is kept of the first is copied, so that the rest of it can be collected.
        var windows = _windows[WindowOf(revision)..];
        var isLast = windows.Length == 1;
        var end = isLast ? Last : windows[1].First - 1;
        windows[0] = windows[0].From(revision, end);
        if (!isLast) windows[0].Close(end);
        return new RevisionHistory(windows, revision, Last);
    }

    // The last that does not begin after it.
    private int WindowOf(long revision)
    {
        var (low, high) = (0, _windows.Length - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_windows[middle].First <= revision) low = middle;
            else high = middle - 1;
        }
        return low;
    }
}
