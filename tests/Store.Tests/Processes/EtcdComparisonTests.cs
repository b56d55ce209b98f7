using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Tests.Mvcc;
using MiniK8s.Store.Tests.Wal;

namespace MiniK8s.Store.Tests.Processes;

/// <summary>The same requests to our store and to a real etcd: the same answers, field by field, and the same errors, word by word.</summary>
/// <remarks>Left out of the comparison: cluster id, member id and raft term, which name the server.</remarks>
public sealed class EtcdComparisonTests
{
    [RequiresToolTheory("etcd")]
    [InlineData(21)]
    [InlineData(22)]
    public async Task RandomRequests_ToBoth_AreAnsweredTheSame(int seed)
    {
        using var directory = new TemporaryDirectory();
        await using var etcd = await ServerProcess.StartEtcdAsync(directory.File("etcd"));
        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"), "--fsync", "off");
        var random = new Random(seed);
        var (requests, revision) = (new RandomRequests(random), 1L);

        for (var step = 0; step < 1500; step++)
        {
            var request = MvccModelTests.Next(random, requests, revision);
            if (request is TxnRequest txn && DeletesToTheEnd(txn)) continue;      // etcd may panic at these
            if (request is LeaseGrantRequest or LeaseRevokeRequest) continue;

            var (expected, actual) = (await AnswerAsync(etcd.Kv, request), await AnswerAsync(store.Kv, request));

            Assert.True(Equals(expected, actual), $"step {step}: {request}\netcd:  {expected}\nstore: {actual}");
            if (HeaderOf(expected) is { } header) revision = header.Revision;
        }
        Assert.InRange(revision, 200, 2000);
    }

    [RequiresToolFact("etcd")]
    public async Task LargeRequests_ToBoth_AreRefusedInTheSameWords()
    {
        using var directory = new TemporaryDirectory();
        await using var etcd = await ServerProcess.StartEtcdAsync(directory.File("etcd"));
        await using var store = await ServerProcess.StartStoreAsync(directory.File("data"), "--fsync", "off");
        var key = ByteString.CopyFromUtf8("big");

        foreach (var size in (int[])[1_000_000, 1_572_000, 1_573_000, 2_000_000])
        {
            var request = new PutRequest { Key = key, Value = ByteString.CopyFrom(new byte[size]) };
            Assert.Equal(await AnswerAsync(etcd.Kv, request), await AnswerAsync(store.Kv, request));
        }
    }

    private static bool DeletesToTheEnd(TxnRequest txn) => txn.Success.Concat(txn.Failure).Any(op =>
        op.RequestDeleteRange is { RangeEnd: [0] } || (op.RequestTxn is not null && DeletesToTheEnd(op.RequestTxn)));

    private static async Task<object> AnswerAsync(KV.KVClient client, IMessage request)
    {
        try
        {
            IMessage answer = request switch
            {
                RangeRequest range => await client.RangeAsync(range),
                PutRequest put => await client.PutAsync(put),
                DeleteRangeRequest delete => await client.DeleteRangeAsync(delete),
                TxnRequest txn => await client.TxnAsync(txn),
                CompactionRequest compaction => await client.CompactAsync(compaction),
                _ => throw new ArgumentException(request.Descriptor.Name),
            };
            var header = HeaderOf(answer)!;
            (header.ClusterId, header.MemberId, header.RaftTerm) = (0, 0, 0);
            return answer;
        }
        catch (RpcException ex)
        {
            return (ex.StatusCode, ex.Status.Detail);
        }
    }

    private static ResponseHeader? HeaderOf(object answer) => answer switch
    {
        RangeResponse range => range.Header,
        PutResponse put => put.Header,
        DeleteRangeResponse delete => delete.Header,
        TxnResponse txn => txn.Header,
        CompactionResponse compaction => compaction.Header,
        _ => null,
    };
}
