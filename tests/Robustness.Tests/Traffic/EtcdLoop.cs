using Google.Protobuf;

using MiniK8s.Protocol.Etcd;

namespace MiniK8s.Robustness.Tests.Traffic;

/// <summary>The calls of etcd's own traffic.</summary>
internal enum EtcdCall
{
    /// <summary>One key, now.</summary>
    Get,

    /// <summary>All keys, now.</summary>
    List,

    /// <summary>One key as of a revision the client has seen.</summary>
    StaleGet,

    /// <summary>All keys as of a revision the client has seen.</summary>
    StaleList,

    /// <summary>A small value.</summary>
    Put,

    /// <summary>A large value.</summary>
    LargePut,

    /// <summary>One key or a few go.</summary>
    Delete,

    /// <summary>Several keys at once.</summary>
    MultiTxn,

    /// <summary>A value that hangs on a lease.</summary>
    PutWithLease,

    /// <summary>The client's lease ends.</summary>
    LeaseRevoke,

    /// <summary>The client's lease gets its time again.</summary>
    LeaseRenew,

    /// <summary>A value in the place of the one that was read.</summary>
    CompareAndSet,
}

/// <summary>How often a client makes which call, on how many keys.</summary>
internal sealed record EtcdMix
{
    /// <summary>The shares of the calls.</summary>
    public required IReadOnlyList<(EtcdCall Call, int Share)> Shares { get; init; }

    /// <summary>How many keys there are: 10, so that clients meet.</summary>
    public int Keys { get; init; } = 10;

    /// <summary>Length of a large value: 32 KiB.</summary>
    public int LargeBytes { get; init; } = 32 * 1024;

    /// <summary>How long leases last, in seconds: short enough to expire within a run.</summary>
    public long LeaseSeconds { get; init; } = 2;
}

/// <summary>A client of etcd's own traffic.</summary>
internal sealed class EtcdLoop(TrafficClient client, EtcdMix mix) : IClientLoop
{
    private static readonly ByteString Prefix = ByteString.CopyFromUtf8("key");
    private static readonly ByteString PrefixEnd = ByteString.CopyFromUtf8("kez");
    private readonly int _total = mix.Shares.Sum(share => share.Share);
    private long _seen;
    private long _lease;

    /// <inheritdoc />
    public async Task StepAsync()
    {
        var revision = await DoAsync(Pick());
        if (revision is { } shown) _seen = shown;
    }

    private EtcdCall Pick()
    {
        var at = client.Random.Next(_total);
        return mix.Shares.First(share => (at -= share.Share) < 0).Call;
    }

    private async Task<long?> DoAsync(EtcdCall call) => call switch
    {
        EtcdCall.Get => (await client.RangeAsync(new RangeRequest { Key = Key() }))?.Header.Revision,
        EtcdCall.List => (await client.RangeAsync(List(0)))?.Header.Revision,
        EtcdCall.StaleGet => (await client.RangeAsync(new RangeRequest { Key = Key(), Revision = _seen }))?.Header.Revision,
        EtcdCall.StaleList => (await client.RangeAsync(List(_seen)))?.Header.Revision,
        EtcdCall.Put => (await client.PutAsync(new PutRequest { Key = Key(), Value = client.NextValue(), PrevKv = client.Random.Next(2) == 0 }))?.Header.Revision,
        EtcdCall.LargePut => (await client.PutAsync(new PutRequest { Key = Key(), Value = client.NextValue(mix.LargeBytes) }))?.Header.Revision,
        EtcdCall.Delete => (await client.DeleteAsync(Delete()))?.Header.Revision,
        EtcdCall.MultiTxn => (await client.TxnAsync(MultiTxn()))?.Header.Revision,
        EtcdCall.PutWithLease => await PutWithLeaseAsync(),
        EtcdCall.LeaseRevoke => await RevokeAsync(),
        EtcdCall.LeaseRenew => _lease == 0 ? null : (await client.KeepAliveAsync(new LeaseKeepAliveRequest { ID = _lease }))?.Header.Revision,
        _ => await CompareAndSetAsync(),
    };

    private ByteString Key(int? number = null) => ByteString.CopyFromUtf8($"key{number ?? client.Random.Next(mix.Keys)}");

    private RangeRequest List(long revision) => new()
    {
        Key = Prefix, RangeEnd = PrefixEnd, Revision = revision, Limit = client.Random.Next(3) == 0 ? client.Random.Next(1, mix.Keys) : 0,
    };

    private DeleteRangeRequest Delete() => client.Random.Next(8) == 0
        ? new DeleteRangeRequest { Key = Key(2), RangeEnd = Key(4), PrevKv = true }
        : new DeleteRangeRequest { Key = Key(), PrevKv = client.Random.Next(2) == 0 };

    // Four keys, each once: reads, puts and deletes.
    private TxnRequest MultiTxn()
    {
        int[] keys = [.. Enumerable.Range(0, mix.Keys)];
        client.Random.Shuffle(keys);
        return new TxnRequest { Success = { keys.Take(4).Select(key => Operation(Key(key))) } };
    }

    private RequestOp Operation(ByteString key) => client.Random.Next(10) switch
    {
        < 3 => new RequestOp { RequestRange = new RangeRequest { Key = key } },
        < 5 => new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = key } },
        _ => new RequestOp { RequestPut = new PutRequest { Key = key, Value = client.NextValue() } },
    };

    private async Task<long?> PutWithLeaseAsync()
    {
        if (_lease == 0)
        {
            var asked = client.NextLease();
            if (await client.GrantAsync(new LeaseGrantRequest { ID = asked, TTL = mix.LeaseSeconds }) is null) return null;
            _lease = asked;
        }
        var answer = await client.PutAsync(new PutRequest { Key = Key(), Value = client.NextValue(), Lease = _lease });
        if (answer is null) _lease = 0;     // it may have run out
        return answer?.Header.Revision;
    }

    private async Task<long?> RevokeAsync()
    {
        if (_lease == 0) return null;
        var lease = _lease;
        _lease = 0;
        return (await client.RevokeAsync(new LeaseRevokeRequest { ID = lease }))?.Header.Revision;
    }

    private async Task<long?> CompareAndSetAsync()
    {
        var key = Key();
        if (await client.RangeAsync(new RangeRequest { Key = key }) is not { } read) return null;
        var known = read.Kvs.Count == 0 ? 0 : read.Kvs[0].ModRevision;
        var answer = await client.TxnAsync(new TxnRequest
        {
            Compare = { new Compare { Key = key, Target = Compare.Types.CompareTarget.Mod, Result = Compare.Types.CompareResult.Equal, ModRevision = known } },
            Success = { new RequestOp { RequestPut = new PutRequest { Key = key, Value = client.NextValue() } } },
            Failure = { new RequestOp { RequestRange = new RangeRequest { Key = key } } },
        });
        return answer?.Header.Revision;
    }
}
