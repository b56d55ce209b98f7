using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Watch;

/// <summary>The responses of a watch stream, as etcd forms them. Headers hold the revision alone; the service adds the rest.</summary>
internal static class WatchResponses
{
    /// <summary>The watch id of a response that is about no watch, or about all of the stream.</summary>
    public const long WholeStream = -1;

    private const int SplitBytes = 1 << 20;

    /// <summary>Why a watch cannot be made; null when it can. The texts are etcd's.</summary>
    public static string? WhyNot(WatchCreateRequest request, IReadOnlyDictionary<long, Watcher> watchers)
    {
        if (request.StartRevision < 0) return EtcdErrors.Compacted.Text;
        var range = KeyRange.From(request.Key.IsEmpty ? WatchKeys.Smallest : request.Key, request.RangeEnd);
        if (range.Kind == KeyRangeKind.Interval && Keys.Compare(range.Start, range.End) >= 0) return "mvcc: watcher range is empty";
        return request.WatchId != 0 && watchers.ContainsKey(request.WatchId) ? "mvcc: duplicate watch ID provided on the WatchStream" : null;
    }

    /// <summary>A watch was made.</summary>
    public static WatchResponse Created(long revision, long id) => new() { Header = At(revision), WatchId = id, Created = true };

    /// <summary>A watch was not made.</summary>
    public static WatchResponse Refused(long revision, string reason) =>
        new() { Header = At(revision), WatchId = WholeStream, Created = true, Canceled = true, CancelReason = reason };

    /// <summary>A watch was ended by request.</summary>
    public static WatchResponse Cancelled(long revision, long id) => new() { Header = At(revision), WatchId = id, Canceled = true };

    /// <summary>A watch needs revisions that are gone. Its header has no revision, as in etcd.</summary>
    public static WatchResponse Compacted(long id, long compactRevision) => new()
    {
        Header = At(0),
        WatchId = id,
        Canceled = true,
        CompactRevision = compactRevision,
        CancelReason = EtcdErrors.Compacted.Text,
    };

    /// <summary>Everything up to the revision was sent.</summary>
    public static WatchResponse Progress(long revision, long id) => new() { Header = At(revision), WatchId = id };

    /// <summary>The messages that carry the events: one, unless it would pass 1 MiB and holds several revisions, or may be fragmented.</summary>
    /// <param name="watcher">Whose they are.</param>
    /// <param name="events">Events in order; none for progress.</param>
    /// <param name="revision">The revision up to which these are all.</param>
    /// <param name="maxBytes">Size past which a watcher that allows it gets fragments.</param>
    public static IEnumerable<WatchMessage> Of(Watcher watcher, IReadOnlyList<EncodedEvent> events, long revision, int maxBytes)
    {
        foreach (var (part, partRevision) in SplitByRevision(events, revision))
        {
            var head = new WatchResponse { Header = At(partRevision), WatchId = watcher.Id };
            if (!watcher.MayFragment || part.Count < 2 || head.CalculateSize() + part.Sum(one => one.Bytes.Length) < maxBytes)
            {
                yield return new WatchMessage(head, part);
                continue;
            }
            foreach (var fragment in Fragments(head, part, maxBytes)) yield return fragment;
        }
    }

    // Never inside a revision: its events come together.
    private static IEnumerable<(IReadOnlyList<EncodedEvent> Events, long Revision)> SplitByRevision(IReadOnlyList<EncodedEvent> events, long revision)
    {
        var (first, bytes) = (0, 0);
        for (var i = 0; i < events.Count; i++)
        {
            if (bytes >= SplitBytes && events[i].Revision != events[i - 1].Revision)
            {
                yield return (Part(events, first, i), events[i - 1].Revision);
                (first, bytes) = (i, 0);
            }
            bytes += events[i].Bytes.Length;
        }
        yield return (Part(events, first, events.Count), revision);
    }

    private static IEnumerable<WatchMessage> Fragments(WatchResponse head, IReadOnlyList<EncodedEvent> events, int maxBytes)
    {
        head.Fragment = true;
        var (first, bytes) = (0, head.CalculateSize());
        for (var i = 0; i < events.Count; i++)
        {
            if (i > first && bytes + events[i].Bytes.Length >= maxBytes)
            {
                yield return new WatchMessage(head.Clone(), Part(events, first, i));
                (first, bytes) = (i, head.CalculateSize());
            }
            bytes += events[i].Bytes.Length;
        }
        head.Fragment = false;      // the last one says so
        yield return new WatchMessage(head, Part(events, first, events.Count));
    }

    private static IReadOnlyList<EncodedEvent> Part(IReadOnlyList<EncodedEvent> events, int first, int end) =>
        first == 0 && end == events.Count ? events : [.. events.Skip(first).Take(end - first)];

    private static ResponseHeader At(long revision) => new() { Revision = revision };
}
