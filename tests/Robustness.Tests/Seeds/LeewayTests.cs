using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Checking;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Seeds;

/// <summary>What etcd is known for is a breach with anybody else, and with etcd too where it does not fit the occasion.</summary>
public sealed class LeewayTests
{
    private readonly SimulatedStore _store = new();
    private readonly List<HistoryLine> _lines = [new ProcessStartLine(0, 0)];
    private long _now = 100;

    // put a=1 (2), put a=2 (3), watched from 2; then the cancel is asked for, and revision 3 may or may not have been on its way.
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void PreviousValue_MissingAroundTheCancel_IsEtcdsAfterTheRequestOnly(bool isAsked, bool isBreachOfEtcd)
    {
        AskForAll(start: 2);
        Created();
        Call(Put("a", "1"));
        Show(2, hasPrevious: true);
        Call(Put("a", "2"));
        Call(new RangeRequest { Key = Key("a") });
        if (isAsked) Ask(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = 1 } });
        Show(3, hasPrevious: false);

        AssertBreaks(20, isBreachOfEtcd);
    }

    // The first event was under way when the watch was told of; the second was written after that.
    [Theory]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void PreviousValue_MissingAtTheBeginning_IsEtcdsForWhatWasUnderWayOnly(long lacking, bool isBreachOfEtcd)
    {
        Call(Put("a", "1"));
        AskForAll(start: 3);
        Call(Put("a", "2"));
        Created();
        Show(3, hasPrevious: lacking != 3);
        Call(new RangeRequest { Key = Key("a") });
        Call(Put("a", "3"));
        Show(4, hasPrevious: lacking != 4);

        AssertBreaks(20, isBreachOfEtcd);
    }

    // put a (2), put b (3), delete a (4), delete b (5), put c (6).
    [Theory]
    [InlineData(4, false)]
    [InlineData(3, true)]
    public void Deletion_NotWatched_IsEtcdsAtTheCompactRevisionOnly(long compacted, bool isBreachOfEtcd)
    {
        Call(Put("a", "1"));
        Call(Put("b", "1"));
        Call(new DeleteRangeRequest { Key = Key("a") });
        Call(new DeleteRangeRequest { Key = Key("b") });
        Call(Put("c", "1"));
        Call(new CompactionRequest { Revision = compacted });
        AskForAll(start: 4);
        Created();
        Show(5, hasPrevious: true);
        Show(6, hasPrevious: true);

        AssertBreaks(18, isBreachOfEtcd);
    }

    // A put is shown by a watch, or answered; then a keep-alive bears the revision before it.
    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void KeepAlive_BehindAPut_IsEtcdsIfAWatchAloneHasShownIt(bool isAnswered, bool isBreachOfEtcd)
    {
        AskForAll(start: 2);
        Created();
        Call(new LeaseGrantRequest { ID = 7, TTL = 60 });
        var (begin, put) = (_now += 10, _lines.Count);
        Call(Put("a", "1"));
        Show(2, hasPrevious: true);
        Call(new LeaseKeepAliveRequest { ID = 7 });
        ((LeaseKeepAliveResponse)((CallLine)_lines[^1]).Answer!).Header.Revision = 1;
        if (!isAnswered) _lines[put] = (CallLine)_lines[put] with { Start = begin, End = _now += 10 };

        AssertBreaks(4, isBreachOfEtcd);
    }

    private void AssertBreaks(int invariant, bool isBreachOfEtcd)
    {
        _lines.AddRange(_store.Log);

        var (ours, etcds) = (HistoryChecker.Judge(_lines), HistoryChecker.Judge(_lines, new CheckOptions { Leeway = Leeway.Etcd }));

        Assert.Equal([invariant], ours.Violations.Select(violation => violation.Invariant));
        Assert.Equal(isBreachOfEtcd ? [invariant] : [], etcds.Violations.Select(violation => violation.Invariant));
    }

    private void Call(IMessage request)
    {
        var (answer, error) = _store.Do(request);
        _lines.Add(new CallLine(1, _now, _now += 10, _now += 10, Fingerprint.Within(request), answer is null ? null : Fingerprint.Within(answer), error));
    }

    private void AskForAll(long start) => Ask(new WatchRequest
    {
        CreateRequest = new WatchCreateRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0), StartRevision = start, PrevKv = true, WatchId = 1 },
    });

    private void Ask(WatchRequest request) => _lines.Add(new StreamRequestLine(1, _now += 10, request));

    private void Created() => Respond(new WatchResponse { Created = true });

    private void Show(long revision, bool hasPrevious) => Respond(new WatchResponse
    {
        Events =
        {
            _store.ChangesAt(revision).Select(pair => new Event
            {
                Type = pair.Change.Version == 0 ? Event.Types.EventType.Delete : Event.Types.EventType.Put,
                Kv = pair.Change,
                PrevKv = hasPrevious ? pair.Before : null,
            }),
        },
    });

    private void Respond(WatchResponse response)
    {
        (response.WatchId, response.Header) = (1, new ResponseHeader { Revision = _store.Revision });
        _lines.Add(new StreamResponseLine(1, _now += 10, response));
    }

    private static PutRequest Put(string key, string value) => new() { Key = Key(key), Value = ByteString.CopyFromUtf8(value) };

    private static ByteString Key(string name) => ByteString.CopyFromUtf8(name);
}
