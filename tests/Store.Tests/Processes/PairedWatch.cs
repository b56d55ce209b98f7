using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>One watch as both servers carry it.</summary>
internal sealed class PairedWatch(SeenWatch etcd, SeenWatch store, int stream, long id, WatchCreateRequest request, long start)
{
    private readonly KeyRange _range = KeyRange.From(request.Key.IsEmpty ? ByteString.CopyFrom(0) : request.Key, request.RangeEnd);
    private int _compared;

    public SeenWatch Etcd { get; } = etcd;

    public SeenWatch Store { get; } = store;

    public int Stream { get; } = stream;

    public long Id { get; } = id;

    /// <summary>It began before the compact revision, so there is nothing to wait for.</summary>
    public bool IsCompacted { get; set; }

    /// <summary>How many events it must have delivered.</summary>
    public int Expected { get; private set; }

    /// <summary>Counts an event that happened, if it is one for this watch.</summary>
    public void Expect(Event one)
    {
        var unwanted = one.Type == Event.Types.EventType.Delete ? WatchCreateRequest.Types.FilterType.Nodelete : WatchCreateRequest.Types.FilterType.Noput;
        if (one.Kv.ModRevision >= start && !request.Filters.Contains(unwanted) && _range.Contains(one.Kv.Key)) Expected++;
    }

    /// <summary>Compares what came since the last time, event by event.</summary>
    /// <returns>How many events that were.</returns>
    public int Compare()
    {
        var (theirs, ours) = (Etcd.From(_compared), Store.From(_compared));
        var same = theirs.Zip(ours).TakeWhile(pair => pair.First.Equals(pair.Second)).Count();
        if (same < theirs.Count || same < ours.Count)
        {
            Assert.Fail($"{this}: event {_compared + same} differs\netcd:  {theirs.ElementAtOrDefault(same)}\nstore: {ours.ElementAtOrDefault(same)}");
        }
        _compared += same;
        return same;
    }

    public override string ToString() => $"watch {Id} of stream {Stream} from {start}, {request}";
}
