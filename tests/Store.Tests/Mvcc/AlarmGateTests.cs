using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>Every kind of write under every alarm, as in the table of <see cref="AlarmGate"/>.</summary>
public sealed class AlarmGateTests
{
    private const string Space = "etcdserver: mvcc: database space exceeded";
    private const string Corrupt = "etcdserver: corrupt cluster";

    private static readonly Dictionary<string, IMessage> Writes = new()
    {
        ["put"] = new PutRequest(),
        ["grant"] = new LeaseGrantRequest(),
        ["txn with a put"] = new TxnRequest { Failure = { new RequestOp { RequestPut = new PutRequest() } } },
        ["txn that reads"] = new TxnRequest { Success = { new RequestOp { RequestRange = new RangeRequest() } } },
        ["txn that deletes"] = new TxnRequest { Success = { new RequestOp { RequestDeleteRange = new DeleteRangeRequest() } } },
        ["txn with a nested put"] = new TxnRequest
        {
            Success = { new RequestOp { RequestTxn = new TxnRequest { Success = { new RequestOp { RequestPut = new PutRequest() } } } } },
        },
        ["delete"] = new DeleteRangeRequest(),
        ["revoke"] = new LeaseRevokeRequest(),
        ["compaction"] = new CompactionRequest(),
        ["alarm"] = new AlarmRequest(),
    };

    [Theory]
    [InlineData("put", Space, Corrupt)]
    [InlineData("grant", Space, Corrupt)]
    [InlineData("txn with a put", Space, Corrupt)]
    [InlineData("txn that reads", null, null)]
    [InlineData("txn that deletes", null, Corrupt)]
    [InlineData("txn with a nested put", null, Corrupt)]
    [InlineData("delete", null, Corrupt)]
    [InlineData("revoke", null, Corrupt)]
    [InlineData("compaction", null, Corrupt)]
    [InlineData("alarm", null, null)]
    public void Refusal_OfEachWrite_IsEtcds(string write, string? underNospace, string? underCorrupt)
    {
        var request = Writes[write];

        Assert.Null(AlarmGate.Refusal([], request));
        Assert.Equal(underNospace, AlarmGate.Refusal([AlarmType.Nospace], request)?.Text);
        Assert.Equal(underCorrupt, AlarmGate.Refusal([AlarmType.Corrupt], request)?.Text);
        Assert.Equal(underCorrupt, AlarmGate.Refusal([AlarmType.Nospace, AlarmType.Corrupt], request)?.Text);
    }
}
