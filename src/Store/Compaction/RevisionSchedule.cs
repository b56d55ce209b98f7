namespace MiniK8s.Store.Compaction;

/// <summary>Keeps a number of revisions, as etcd's revision mode does: looks every 5 minutes, the first time after 5.</summary>
internal sealed class RevisionSchedule(long kept) : CompactionSchedule
{
    private long _asked;
    private long _done;

    /// <inheritdoc />
    public override TimeSpan Interval => TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    public override long? Look(long revision, TimeSpan sinceStart)
    {
        if (sinceStart == TimeSpan.Zero) return null;
        _asked = revision - kept;
        return _asked > 0 && _asked != _done ? _asked : null;
    }

    /// <inheritdoc />
    public override void Compacted(TimeSpan sinceStart) => _done = _asked;
}
