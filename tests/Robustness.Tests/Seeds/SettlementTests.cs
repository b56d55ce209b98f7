using Google.Protobuf;

using Grpc.Core;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Robustness.Tests.Checking;
using MiniK8s.Robustness.Tests.History;

namespace MiniK8s.Robustness.Tests.Seeds;

public sealed class SettlementTests
{
    // The log does not say when leases ended. put a with a lease (2), the lease ends (3), put a (4), the open call deletes a (5).
    [Fact]
    public void OpenDeletion_ThatLooksLikeALeasesEnd_IsSettledWhereNothingElseFits()
    {
        var (store, key) = (new SimulatedStore(), ByteString.CopyFromUtf8("a"));
        var deletion = new CallLine(1, 1, 5, 100, new DeleteRangeRequest { Key = key }, null, new CallError(StatusCode.Unavailable, "connection lost"));
        store.Do(new LeaseGrantRequest { ID = 7, TTL = 60 });
        var leased = Answered(2, new PutRequest { Key = key, Value = key, Lease = 7 });
        store.End(7);
        var free = Answered(3, new PutRequest { Key = key, Value = key });
        store.Do(deletion.Request);

        var history = new RunHistory([deletion, leased, free, .. store.Log.OfType<LogRevisionLine>()]);
        var settlement = new Evidence(history, new CheckOptions()).Settlement;

        Assert.Empty(settlement.Orphans);
        Assert.Equal(5, settlement.Settled[deletion]);
        Assert.Equal(7, settlement.LeaseEnds[3]);

        CallLine Answered(long id, IMessage request) => new(2, id, id * 10, (id * 10) + 5, Fingerprint.Within(request), store.Do(request).Answer, null);
    }
}
