using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>Requests of every kind over few keys, so that they meet each other often. The same seed gives the same requests.</summary>
internal sealed class RandomRequests(Random random)
{
    private static readonly string[] Names = ["a", "aa", "ab", "b", "b\0", "c", "ca", "d", "e", "é", "z"];

    /// <summary>A write: mostly puts, some deletes and transactions.</summary>
    public IMessage Write(long revision) => random.Next(10) switch
    {
        < 5 => Put(),
        < 7 => Delete(),
        _ => Txn(revision, depth: 2),
    };

    /// <summary>A read with any of the options, at a revision around those that exist.</summary>
    public RangeRequest Range(long revision)
    {
        var (key, end) = Interval();
        var request = new RangeRequest { Key = key, RangeEnd = end, KeysOnly = OneIn(8), CountOnly = OneIn(8), Serializable = OneIn(4), Limit = random.Next(-1, 6) };
        if (OneIn(2)) request.Revision = random.NextInt64(-1, revision + 3);
        if (OneIn(2)) request.SortOrder = (RangeRequest.Types.SortOrder)random.Next(3);
        if (OneIn(2)) request.SortTarget = (RangeRequest.Types.SortTarget)random.Next(5);
        if (OneIn(8)) request.MinModRevision = random.NextInt64(revision + 1);
        if (OneIn(8)) request.MaxModRevision = random.NextInt64(revision + 1);
        if (OneIn(8)) request.MinCreateRevision = random.NextInt64(revision + 1);
        if (OneIn(8)) request.MaxCreateRevision = random.NextInt64(revision + 1);
        return request;
    }

    /// <summary>A put, now and then of nothing but the flags.</summary>
    public PutRequest Put()
    {
        var request = new PutRequest { Key = Key(), PrevKv = OneIn(2), IgnoreValue = OneIn(10), IgnoreLease = OneIn(10) };
        if (!request.IgnoreValue) request.Value = Value();
        if (OneIn(4) && !request.IgnoreLease) request.Lease = LeaseId();
        return request;
    }

    /// <summary>A delete of one key or a range.</summary>
    public DeleteRangeRequest Delete()
    {
        var (key, end) = OneIn(2) ? (Key(), ByteString.Empty) : Interval();
        return new DeleteRangeRequest { Key = key, RangeEnd = end, PrevKv = OneIn(2) };
    }

    /// <summary>A transaction; it may be one that is refused.</summary>
    public TxnRequest Txn(long revision, int depth)
    {
        var txn = new TxnRequest();
        for (var i = random.Next(3); i > 0; i--) txn.Compare.Add(Compare(revision));
        for (var i = random.Next(4); i > 0; i--) txn.Success.Add(Operation(revision, depth));
        for (var i = random.Next(3); i > 0; i--) txn.Failure.Add(Operation(revision, depth));
        return txn;
    }

    /// <summary>A revision to compact at: usually a little back, sometimes one that is refused.</summary>
    public CompactionRequest Compaction(long revision) => new() { Revision = revision - random.NextInt64(-1, 20), Physical = OneIn(4) };

    /// <summary>A lease of an id that may be taken, for hours.</summary>
    public LeaseGrantRequest Grant() => new() { ID = LeaseId(), TTL = OneIn(10) ? random.NextInt64(8_999_999_999, 9_000_000_002) : random.NextInt64(5000, 6000) };

    /// <summary>The end of a lease that may not exist.</summary>
    public LeaseRevokeRequest Revoke() => new() { ID = LeaseId() };

    /// <summary>A question about a lease, or a sign of life for it; no change.</summary>
    public IMessage LeaseQuestion() => random.Next(3) switch
    {
        0 => new LeaseLeasesRequest(),
        1 => new LeaseTimeToLiveRequest { ID = LeaseId(), Keys = OneIn(2) },
        _ => new LeaseKeepAliveRequest { ID = LeaseId() },
    };

    /// <summary>A watch with any of the options, from the past or the future; it may be one that is refused.</summary>
    public WatchCreateRequest Watch(long revision)
    {
        var (key, end) = Interval();
        var request = new WatchCreateRequest { Key = key, RangeEnd = end, PrevKv = OneIn(2), ProgressNotify = OneIn(2), Fragment = OneIn(4) };
        if (OneIn(8)) request.Key = ByteString.Empty;
        if (OneIn(2)) request.StartRevision = random.NextInt64(long.Max(1, revision - 60), revision + 10);
        if (OneIn(2)) request.WatchId = random.Next(6);
        if (OneIn(4)) request.Filters.Add((WatchCreateRequest.Types.FilterType)random.Next(2));
        if (OneIn(8)) request.Filters.Add((WatchCreateRequest.Types.FilterType)random.Next(2));
        return request;
    }

    /// <summary>One of few ids, some negative.</summary>
    public long LeaseId() => random.Next(-1, 4) is var id and not 0 ? id : long.MinValue;

    private RequestOp Operation(long revision, int depth) => random.Next(depth > 0 ? 8 : 7) switch
    {
        < 3 => new RequestOp { RequestPut = Put() },
        < 5 => new RequestOp { RequestDeleteRange = Delete() },
        < 7 => new RequestOp { RequestRange = Range(revision) },
        _ => new RequestOp { RequestTxn = Txn(revision, depth - 1) },
    };

    private Compare Compare(long revision)
    {
        var compare = new Compare { Key = Key(), Result = (Compare.Types.CompareResult)random.Next(4) };
        if (OneIn(3)) (compare.Key, compare.RangeEnd) = Interval();
        compare.Target = (Compare.Types.CompareTarget)random.Next(5);
        switch (compare.Target)
        {
            case Protocol.Etcd.Compare.Types.CompareTarget.Version: compare.Version = random.Next(4); break;
            case Protocol.Etcd.Compare.Types.CompareTarget.Create: compare.CreateRevision = random.NextInt64(revision + 1); break;
            case Protocol.Etcd.Compare.Types.CompareTarget.Mod: compare.ModRevision = random.NextInt64(revision + 1); break;
            case Protocol.Etcd.Compare.Types.CompareTarget.Value: compare.Value = Value(); break;
            default: compare.Lease = random.Next(4); break;
        }
        return compare;
    }

    private (ByteString Key, ByteString End) Interval() => random.Next(6) switch
    {
        0 => (Key(), ByteString.Empty),
        1 => (Key(), ByteString.CopyFrom(0)),
        2 => (ByteString.CopyFrom(0), ByteString.CopyFrom(0)),
        _ => (Key(), Key()),        // backwards as often as not
    };

    private ByteString Key() => ByteString.CopyFromUtf8(Names[random.Next(Names.Length)]);

    private ByteString Value() => ByteString.CopyFromUtf8($"v{random.Next(5)}");

    private bool OneIn(int chances) => random.Next(chances) == 0;
}
