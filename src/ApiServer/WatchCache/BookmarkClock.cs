namespace MiniK8s.ApiServer.WatchCache;

/// <summary>When one watch is to get its bookmarks: about once a minute, and once 2 s before its time is up.</summary>
internal sealed class BookmarkClock(DateTimeOffset start, DateTimeOffset end)
{
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BeforeTheEnd = TimeSpan.FromSeconds(2);

    private DateTimeOffset _due = FirstAfter(start, start, end);

    /// <summary>True once for each time that has come.</summary>
    public bool IsDue(DateTimeOffset now)
    {
        if (now < _due) return false;
        _due = FirstAfter(now, start, end);
        return true;
    }

    private static DateTimeOffset FirstAfter(DateTimeOffset now, DateTimeOffset start, DateTimeOffset end)
    {
        var last = end - BeforeTheEnd;
        var next = now + Period;
        return now < last && last < next && last > start ? last : next;
    }
}
