namespace MiniK8s.Store.Compaction;

/// <summary>Keeps the history of a period, as etcd's periodic mode does.</summary>
/// <remarks>
/// The revision is noted every tenth of the period (of an hour when the period is longer). The first compaction comes when
/// one whole period has passed, the next ones a period, at most an hour, after the one before; each at the revision noted a period
/// or one look more before. One that failed is tried again at the next look. For a period of 10 minutes:
/// <code>
/// minute        0    1    2   ...   9    10    11   ...   19    20
/// noted         r0   r1   r2        r9   r10   r11        r19   r20
/// compacted at                           r0                     r9
/// </code>
/// </remarks>
internal sealed class PeriodicSchedule(TimeSpan period) : CompactionSchedule
{
    private const int LooksPerInterval = 10;
    private static readonly TimeSpan _longest = TimeSpan.FromHours(1);
    private readonly Queue<long> _noted = new();        // oldest first; the oldest is a period old once the queue is full
    private bool _isFirst = true;
    private TimeSpan _last;

    /// <inheritdoc />
    public override TimeSpan Interval => (period < _longest ? period : _longest) / LooksPerInterval;

    /// <inheritdoc />
    public override long? Look(long revision, TimeSpan sinceStart)
    {
        // The first compaction is a whole period away, however long that is.
        var wait = _isFirst || period < _longest ? period : _longest;
        long? due = _noted.Count > 0 && sinceStart - _last >= wait ? _noted.Peek() : null;
        _isFirst &= due is null;
        _noted.Enqueue(revision);
        if (_noted.Count > (period.Ticks / Interval.Ticks) + 1) _noted.Dequeue();
        return due;
    }

    /// <inheritdoc />
    public override void Compacted(TimeSpan sinceStart) => _last = sinceStart;
}
