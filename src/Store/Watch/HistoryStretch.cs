using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>What a watcher that is behind reads from history in one go: whole revisions, and not too many.</summary>
/// <param name="Events">The events it is to see, in order.</param>
/// <param name="Last">The last revision looked at.</param>
internal sealed record HistoryStretch(List<EncodedEvent> Events, long Last)
{
    private const int MaxRevisions = 1000;
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads on from <paramref name="next"/>, which must not be compacted, until 1,000 revisions or 1 MiB of events.</summary>
    public static HistoryStretch Read(MvccSnapshot snapshot, Watcher watcher, long next)
    {
        var events = new List<EncodedEvent>();
        var first = long.Max(next, snapshot.History.First);
        var last = long.Max(first, next) - 1;
        var bytes = 0;
        for (var revision = first; revision <= snapshot.Revision && revision < first + MaxRevisions && bytes < MaxBytes; revision++)
        {
            foreach (var change in snapshot.History[revision])
            {
                if (watcher.Interest.Select(snapshot, change) is not { } wanted) continue;
                events.Add(wanted);
                bytes += wanted.Bytes.Length;
            }
            last = revision;
        }
        return new HistoryStretch(events, last);
    }
}
