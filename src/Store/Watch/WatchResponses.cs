using Google.Protobuf;

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
    private const int EventTagBytes = 1;

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

    /// <summary>The responses that carry the events: one, unless it would pass 1 MiB and holds several revisions, or may be fragmented.</summary>
    /// <param name="watcher">Whose they are.</param>
    /// <param name="events">Events in order; none for progress.</param>
    /// <param name="revision">The revision up to which these are all.</param>
    /// <param name="maxBytes">Size past which a watcher that allows it gets fragments.</param>
    public static IEnumerable<WatchResponse> Of(Watcher watcher, List<Event> events, long revision, int maxBytes)
    {
        foreach (var (part, partRevision) in SplitByRevision(events, revision))
        {
            var response = new WatchResponse { Header = At(partRevision), WatchId = watcher.Id };
            response.Events.AddRange(part);
            if (!watcher.MayFragment || part.Count < 2 || response.CalculateSize() < maxBytes)
            {
                yield return response;
                continue;
            }
            foreach (var fragment in Fragments(response, maxBytes)) yield return fragment;
        }
    }

    // Never inside a revision: its events come together.
    private static IEnumerable<(List<Event> Events, long Revision)> SplitByRevision(List<Event> events, long revision)
    {
        var (part, bytes) = (new List<Event>(events.Count), 0);
        foreach (var next in events)
        {
            if (bytes >= SplitBytes && next.Kv.ModRevision != part[^1].Kv.ModRevision)
            {
                yield return (part, part[^1].Kv.ModRevision);
                (part, bytes) = ([], 0);
            }
            part.Add(next);
            bytes += next.CalculateSize();
        }
        yield return (part, revision);
    }

    private static IEnumerable<WatchResponse> Fragments(WatchResponse whole, int maxBytes)
    {
        var fragment = Fragment(whole);
        var bytes = fragment.CalculateSize();
        foreach (var next in whole.Events)
        {
            var size = EventTagBytes + CodedOutputStream.ComputeMessageSize(next);
            if (fragment.Events.Count > 0 && bytes + size >= maxBytes)
            {
                yield return fragment;
                fragment = Fragment(whole);
                bytes = fragment.CalculateSize();
            }
            fragment.Events.Add(next);
            bytes += size;
        }
        fragment.Fragment = false;      // the last one says so
        yield return fragment;
    }

    private static WatchResponse Fragment(WatchResponse whole) => new() { Header = whole.Header.Clone(), WatchId = whole.WatchId, Fragment = true };

    private static ResponseHeader At(long revision) => new() { Revision = revision };
}
