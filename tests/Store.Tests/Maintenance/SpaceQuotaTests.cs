using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Commit;

namespace MiniK8s.Store.Tests.Maintenance;

public sealed class SpaceQuotaTests
{
    private const string Exceeded = "etcdserver: mvcc: database space exceeded";

    [Theory]
    [InlineData(1000, 642, 100, null)]          // 1000 are the quota, 256 are etcd's estimate for a key, 1 is the key
    [InlineData(1000, 643, 100, Exceeded)]
    [InlineData(-1, long.MaxValue, 100, null)]
    [InlineData(0, (2L << 30) - 358, 100, null)]
    [InlineData(0, (2L << 30) - 357, 100, Exceeded)]
    public async Task Check_APut_CountsAgainstTheQuotaAsInEtcd(long quota, long size, int valueBytes, string? refusal)
    {
        await using var store = new LoglessStore();

        var error = await Quota(store, quota, size).CheckAsync(Put(valueBytes), CancellationToken.None);

        Assert.Equal(refusal, error?.Text);
        Assert.Equal(refusal is not null, store.Mvcc.Current.Alarms.Contains(AlarmType.Nospace));
    }

    [Fact]
    public async Task Check_WhatTakesNoSpace_PassesOverQuota()
    {
        await using var store = new LoglessStore();
        var txn = new TxnRequest { Success = { new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = ByteString.CopyFromUtf8("a") } } } };

        Assert.Null(await Quota(store, 1000, 5000).CheckAsync(txn, CancellationToken.None));
        Assert.Empty(store.Mvcc.Current.Alarms);
    }

    [Fact]
    public async Task Check_ATxn_CostsItsDearerBranch()
    {
        await using var store = new LoglessStore();
        var txn = new TxnRequest();
        for (var i = 0; i < 3; i++) txn.Failure.Add(new RequestOp { RequestPut = Put(100) });

        Assert.Null(await Quota(store, 10_000, 10_000 - (3 * 357) - 1).CheckAsync(txn, CancellationToken.None));
        Assert.Equal(Exceeded, (await Quota(store, 10_000, 10_000 - (3 * 357)).CheckAsync(txn, CancellationToken.None))?.Text);
    }

    [Fact]
    public async Task Check_OverQuotaTwice_LogsTheAlarmOnceAndAgainAfterItWasCleared()
    {
        await using var store = new LoglessStore();
        var quota = Quota(store, 1000, 5000);

        for (var i = 0; i < 3; i++) await quota.CheckAsync(Put(1), CancellationToken.None);
        await store.CommitAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, Alarm = AlarmType.Nospace });
        await quota.CheckAsync(Put(1), CancellationToken.None);

        Assert.Equal([true, false, true], store.Log.Entries.Cast<AlarmEntry>().Select(entry => entry.IsRaised));
    }

    private static SpaceQuota Quota(LoglessStore store, long quota, long size) =>
        new(new FixedSize(size), store.Mvcc, store.Pipeline, new StoreOptions { QuotaBackendBytes = quota });

    private static PutRequest Put(int valueBytes) => new() { Key = ByteString.CopyFromUtf8("a"), Value = ByteString.CopyFrom(new byte[valueBytes]) };

    private sealed record FixedSize(long DbSize) : IStorageSize
    {
        public long DbSizeInUse => DbSize;
    }
}
