namespace MiniK8s.Store.Compaction;

/// <summary>Decides when the store compacts itself, and at which revision.</summary>
internal abstract class CompactionSchedule
{
    /// <summary>Time between two looks.</summary>
    public abstract TimeSpan Interval { get; }

    /// <summary>One look, the first at the start and then one every <see cref="Interval"/>.</summary>
    /// <param name="revision">The newest revision.</param>
    /// <param name="sinceStart">Time since the first look.</param>
    /// <returns>The revision to compact at, or null when it is not yet time. It may be one compacted at before.</returns>
    public abstract long? Look(long revision, TimeSpan sinceStart);

    /// <summary>Says that the compaction asked for last was made. Without this the next look asks again.</summary>
    public abstract void Compacted(TimeSpan sinceStart);

    /// <summary>The schedule for --auto-compaction-mode and --auto-compaction-retention; null when the retention is 0.</summary>
    /// <exception cref="FormatException">The retention is neither a number nor a duration that suits the mode.</exception>
    public static CompactionSchedule? Of(AutoCompactionMode mode, string retention)
    {
        if (mode == AutoCompactionMode.Revision)
        {
            if (!TryCount(retention, out var revisions)) throw new FormatException("is not a number of revisions, as --auto-compaction-mode revision wants");
            return revisions == 0 ? null : new RevisionSchedule(revisions);
        }
        var period = TryCount(retention, out var hours) ? TimeSpan.FromHours(hours) : Hosting.Flags.Duration.Parse(retention);
        if (period < TimeSpan.Zero) throw new FormatException("is below 0");
        return period == TimeSpan.Zero ? null : new PeriodicSchedule(period);
    }

    /// <summary>Why the two make no schedule; null when they do.</summary>
    public static string? WhyNot(AutoCompactionMode mode, string retention)
    {
        try
        {
            _ = Of(mode, retention);
            return null;
        }
        catch (FormatException ex)
        {
            return ex.Message;
        }
    }

    private static bool TryCount(string text, out long count) =>
        long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out count);
}

/// <summary>What --auto-compaction-retention counts.</summary>
internal enum AutoCompactionMode
{
    /// <summary>Time: hours, or a duration.</summary>
    Periodic,

    /// <summary>Revisions.</summary>
    Revision,
}
