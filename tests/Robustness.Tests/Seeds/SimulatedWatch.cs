using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;
using MiniK8s.Robustness.Tests.Model;

namespace MiniK8s.Robustness.Tests.Seeds;

/// <summary>A watch of the <see cref="SimulatedStore"/>; sends whole revisions, several in a response if it is asked late.</summary>
internal sealed class SimulatedWatch(SimulatedStore store, long stream, WatchCreateRequest request, Action<HistoryLine> record)
{
    private long _next;

    /// <summary>Whether it is over.</summary>
    public bool IsOver { get; private set; }

    /// <summary>What it was asked for.</summary>
    public WatchCreateRequest Request => request;

    /// <summary>The first revision that was not sent yet.</summary>
    public long Next => _next;

    /// <summary>Makes it.</summary>
    public void Open(long at)
    {
        record(new StreamRequestLine(stream, at, new WatchRequest { CreateRequest = request }));
        _next = request.StartRevision > 0 ? request.StartRevision : store.Revision + 1;
        Respond(at + 50, new WatchResponse { Created = true }, store.Revision);
    }

    /// <summary>Sends everything due.</summary>
    public void Send(long at)
    {
        if (IsOver) return;
        if (_next < store.Compacted)
        {
            IsOver = true;
            const string Reason = "etcdserver: mvcc: required revision has been compacted";
            Respond(at, new WatchResponse { Canceled = true, CompactRevision = store.Compacted, CancelReason = Reason }, 0);
            return;
        }
        var response = new WatchResponse();
        for (; _next <= store.Revision; _next++) response.Events.AddRange(store.ChangesAt(_next).Where(Wants).Select(ToEvent));
        if (response.Events.Count > 0) Respond(at, response, store.Revision);
    }

    /// <summary>Tells how far it has got, if it has got there.</summary>
    public void Progress(long at)
    {
        if (!IsOver && request.StartRevision <= store.Revision && _next > store.Revision) Respond(at, new WatchResponse(), store.Revision);
    }

    /// <summary>Ends it at the client's wish.</summary>
    public void Cancel(long at)
    {
        record(new StreamRequestLine(stream, at, new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = request.WatchId } }));
        IsOver = true;
        Respond(at + 50, new WatchResponse { Canceled = true }, store.Revision);
    }

    private void Respond(long at, WatchResponse response, long revision)
    {
        (response.WatchId, response.Header) = (request.WatchId, new ResponseHeader { Revision = revision });
        record(new StreamResponseLine(stream, at, response));
    }

    private bool Wants((KeyValue Change, KeyValue? Before) change) =>
        KeySpace.IsIn(change.Change.Key, request.Key, request.RangeEnd)
        && !request.Filters.Contains(change.Change.Version == 0 ? WatchCreateRequest.Types.FilterType.Nodelete : WatchCreateRequest.Types.FilterType.Noput);

    private Event ToEvent((KeyValue Change, KeyValue? Before) change) => new()
    {
        Type = change.Change.Version == 0 ? Event.Types.EventType.Delete : Event.Types.EventType.Put,
        Kv = change.Change,
        PrevKv = request.PrevKv ? change.Before : null,
    };
}
