using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Seeds;

/// <summary>A run of four clients against the <see cref="SimulatedStore"/>, on simulated time: overlapping calls, watches, compactions, leases and a crash.</summary>
/// <remarks>
/// Calls take effect one by one at a moment between their start and end. The crash in the middle leaves calls open, some done and some
/// not, and ends all streams, which are opened again where they had got to.
/// </remarks>
internal sealed class SimulatedRun
{
    private const int Steps = 900;
    private const int CrashAt = 500;
    private readonly Random _random;
    private readonly SimulatedStore _store;
    private readonly List<HistoryLine> _lines = [];
    private readonly List<SimulatedWatch> _watches = [];
    private readonly (long Start, long Apply, long End)[] _planned = new (long, long, long)[4];
    private readonly SortedList<int, Action> _script;
    private long _now = 1;
    private long _call;
    private long _stream;
    private long _hashed;
    private long _crashedAt = -1;
    private long _leaseEnd = long.MaxValue;

    private SimulatedRun(int seed, SimulatedStore store)
    {
        (_random, _store) = (new Random(seed), store);
        _script = new()
        {
            [5] = () => Call(8, new PutRequest { Key = Key(8), Value = Key(8) }),       // never written again
            [20] = () => Call(8, new LeaseGrantRequest { ID = 71, TTL = 2 }),
            [22] = () => LeasedPut("lease/a", 71),
            [24] = () => LeasedPut("lease/b", 71),
            [26] = () => LeasedPut("lease/c", 71),
            [40] = () => Call(8, new LeaseGrantRequest { ID = 72, TTL = 60 }),
            [42] = () => LeasedPut("lease/d", 72),
            [60] = KeepAlive,
            [90] = () => Call(8, new LeaseRevokeRequest { ID = 72 }),
            [100] = () => Compact(40),
            [110] = () => OpenWatch(new WatchCreateRequest { StartRevision = 3 }),              // below the compact revision
            [120] = () => OpenWatch(new WatchCreateRequest { StartRevision = _store.Compacted, PrevKv = true }),
            [130] = () => OpenWatch(new WatchCreateRequest { StartRevision = _store.Revision + 40, ProgressNotify = true }),
            [140] = () => OpenWatch(new WatchCreateRequest { Filters = { WatchCreateRequest.Types.FilterType.Nodelete } }),
            [150] = () => OpenWatch(new WatchCreateRequest { Key = Key(2), RangeEnd = Key(5), PrevKv = true }),
            [160] = () => OpenWatch(new WatchCreateRequest { Key = Key(3) }),
            [260] = () => _watches.First(watch => watch.Request.Key == Key(3)).Cancel(_now),
            [300] = () => Compact(30),
            [470] = Hash,
            [CrashAt] = Crash,
            [CrashAt + 20] = () => Call(8, new HashKVRequest { Revision = _hashed }),
            [700] = () => Compact(60),
            [710] = () => Call(8, new CompactionRequest { Revision = _store.Compacted }),       // refused
            [720] = () => Call(8, new RangeRequest { Key = Key(1), Revision = _store.Revision + 10 }),      // refused
        };
    }

    /// <summary>Records a run.</summary>
    public static List<HistoryLine> Record(int seed, bool endsLeasesInTwoRevisions = false)
    {
        var run = new SimulatedRun(seed, new SimulatedStore { EndsLeasesInTwoRevisions = endsLeasesInTwoRevisions });
        run.Run();
        return run._lines;
    }

    private static ByteString Key(int number) => ByteString.CopyFromUtf8($"k{number}");

    private void Run()
    {
        _lines.Add(new ProcessStartLine(0, 0));
        OpenWatch(new WatchCreateRequest { PrevKv = true, ProgressNotify = true });
        OpenWatch(new WatchCreateRequest { PrevKv = true });
        for (var client = 0; client < _planned.Length; client++) Plan(client, _now);
        for (var step = 0; step < Steps; step++)
        {
            if (_script.TryGetValue(step, out var act)) act();
            Step();
            if (_now > _leaseEnd) _store.End(71);
        }
        foreach (var watch in _watches) watch.Send(++_now);
        _lines.AddRange(_store.Log);
    }

    private void Plan(int client, long after)
    {
        var start = after + _random.Next(1, 40_000);
        var apply = start + _random.Next(1, 15_000);
        _planned[client] = (start, apply, apply + _random.Next(1, 10_000));
    }

    // The client whose call takes effect next.
    private void Step()
    {
        var client = Array.IndexOf(_planned, _planned.MinBy(plan => plan.Apply));
        var (start, apply, end) = _planned[client];
        _now = long.Max(_now + 1, apply);
        if (start < _crashedAt)
        {
            Fail(client, start, request: Next(), isDone: false);
            Plan(client, _crashedAt + 100_000);
            return;
        }
        var request = Next();
        // Some answers get lost on the way, done or not.
        if (_random.Next(100) is var luck && luck < 4) Fail(client, start, request, isDone: luck < 2);
        else Record(client, start, request, long.Max(end, _now + 1));
        Plan(client, long.Max(end, _now + 1));
        ServeWatches();
    }

    private void ServeWatches()
    {
        foreach (var watch in _watches)
        {
            if (_random.Next(2) == 0) watch.Send(_now + 1);
            if (_random.Next(60) == 0 && watch.Request.ProgressNotify) watch.Progress(_now + 1);
        }
    }

    private void Record(int client, long start, IMessage request, long end)
    {
        var (answer, error) = _store.Do(request);
        _lines.Add(new CallLine(client, ++_call, start, end, Fingerprint.Within(Clone(request)), answer is null ? null : Fingerprint.Within(Clone(answer)), error));
    }

    private void Fail(int client, long start, IMessage request, bool isDone)
    {
        if (isDone) _store.Do(request);
        _lines.Add(new CallLine(client, ++_call, start, _now + 200, Fingerprint.Within(Clone(request)), null, new CallError(StatusCode.Unavailable, "connection lost")));
    }

    private void Call(int client, IMessage request)
    {
        _now += 20;
        Record(client, _now - 10, request, _now + 1);
    }

    private void LeasedPut(string key, long lease) =>
        Call(8, new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8($"{key} {_call}"), Lease = lease });

    private void Compact(long back) => Call(8, new CompactionRequest { Revision = _store.Revision - back });

    private void KeepAlive()
    {
        Call(8, new LeaseKeepAliveRequest { ID = 71 });
        _leaseEnd = _now + 2_100_000;
    }

    private void Hash()
    {
        _hashed = _store.Revision;
        Call(8, new HashKVRequest { Revision = _hashed });
    }

    private void Crash()
    {
        _crashedAt = _now += 10;
        _lines.Add(new ProcessEndLine(_now, 137));
        _lines.Add(new FaultLine("kill", _now - 5, _now));
        _lines.Add(new ProcessStartLine(_now + 50_000, _now + 50_000));
        _now += 60_000;
        var lost = _watches.Where(watch => !watch.IsOver).ToList();
        _watches.Clear();
        foreach (var watch in lost)
        {
            var again = watch.Request.Clone();
            again.StartRevision = watch.Next;
            OpenWatch(again);
        }
    }

    private void OpenWatch(WatchCreateRequest request)
    {
        if (request.Key.IsEmpty) (request.Key, request.RangeEnd) = (ByteString.CopyFrom(0), ByteString.CopyFrom(0));
        var stream = ++_stream;
        request.WatchId = 1 + (stream % 3);
        var watch = new SimulatedWatch(_store, stream, request, _lines.Add);
        watch.Open(_now += 100);
        _now += 100;
        _watches.Add(watch);
    }

    private IMessage Next() => _random.Next(100) switch
    {
        < 35 => new PutRequest { Key = RandomKey(), Value = RandomValue(), PrevKv = _random.Next(2) == 0 },
        < 45 => new DeleteRangeRequest { Key = RandomKey(), PrevKv = true },
        < 50 => new DeleteRangeRequest { Key = Key(2), RangeEnd = Key(4) },
        < 58 => new RangeRequest { Key = RandomKey() },
        < 68 => new RangeRequest { Key = Key(0), RangeEnd = Key(9), Limit = _random.Next(5) },
        < 76 => new RangeRequest { Key = Key(0), RangeEnd = Key(9), Revision = long.Max(1, _store.Revision - _random.Next(60)) },
        < 80 => new RangeRequest { Key = Key(0), RangeEnd = ByteString.CopyFrom(0), CountOnly = true },
        < 90 => CompareAndPut(),
        _ => new TxnRequest { Success = { Put(1), Put(4), new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Key(6) } } } },
    };

    private TxnRequest CompareAndPut()
    {
        var compare = new Compare { Key = RandomKey(), Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Greater, ModRevision = long.Max(1, _store.Revision - 12) };
        var read = new RequestOp { RequestRange = new RangeRequest { Key = compare.Key } };
        return new TxnRequest { Compare = { compare }, Success = { Put(_random.Next(8)) }, Failure = { read } };
    }

    private RequestOp Put(int key) => new() { RequestPut = new PutRequest { Key = Key(key), Value = RandomValue() } };

    private ByteString RandomKey() => Key(_random.Next(8));

    private ByteString RandomValue() => ByteString.CopyFromUtf8(_random.Next(10) == 0 ? $"{_call} {new string('x', 100)}" : $"{_call}/{_random.Next()}");

    private static IMessage Clone(IMessage message) => message.Descriptor.Parser.ParseFrom(message.ToByteString());
}
