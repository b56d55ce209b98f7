using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>Which keys hang on which lease, and what a grant or revocation does to the store.</summary>
public sealed class LeaseTableTests
{
    private readonly MvccStore _store = new();
    private readonly List<LogEntry> _log = [];

    [Theory]
    [InlineData(-5, 2)]
    [InlineData(0, 2)]
    [InlineData(1, 2)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(9_000_000_000, 9_000_000_000)]
    public void Grant_OfAnyTtl_IsAtLeastTwoSeconds(long asked, long granted)
    {
        Assert.Equal(granted, ((LeaseGrantResponse)Apply(new LeaseGrantRequest { ID = 7, TTL = asked })).TTL);
        Assert.Equal(granted, _store.Current.Leases.Find(7)?.Ttl);
    }

    [Fact]
    public void Grant_TooLongOrTaken_IsRefusedInEtcdsWords()
    {
        Apply(new LeaseGrantRequest { ID = 7, TTL = 10 });

        Assert.Equal("etcdserver: lease already exists", Refusal(new LeaseGrantRequest { ID = 7, TTL = 10 }));
        Assert.Equal("etcdserver: too large lease TTL", Refusal(new LeaseGrantRequest { ID = 8, TTL = 9_000_000_001 }));
        Assert.Equal("etcdserver: too large lease TTL", Refusal(new LeaseGrantRequest { ID = 7, TTL = 9_000_000_001 }));
        Assert.Equal("etcdserver: requested lease not found", Refusal(new LeaseRevokeRequest { ID = 8 }));
        Assert.Equal("etcdserver: requested lease not found", Refusal(Put("a", lease: 8)));
    }

    [Theory]
    [InlineData("a1", "a", "")]                 // put on a lease
    [InlineData("a1 a2", "", "a")]              // put on another
    [InlineData("a1 a0", "", "")]               // put on none
    [InlineData("a1 a=", "a", "")]              // ignore_lease
    [InlineData("a0 a=", "", "")]
    [InlineData("a1 -a", "", "")]               // deleted
    [InlineData("a1 -a a=", "", "")]            // refused: nothing to keep
    [InlineData("a1 -a a0", "", "")]
    [InlineData("b1 a1 c2 a1", "a b", "c")]
    public void Keys_AfterWrites_HangOnTheLeaseOfTheirNewestValue(string writes, string onFirst, string onSecond)
    {
        Apply(new LeaseGrantRequest { ID = 1, TTL = 10 });
        Apply(new LeaseGrantRequest { ID = 2, TTL = 10 });
        foreach (var write in writes.Split(' ')) Stage(Parse(write));

        Assert.Equal((onFirst, onSecond), (KeysOf(1), KeysOf(2)));
        AssertRestoredIsTheSame();
    }

    [Fact]
    public void Revoke_WithKeys_DeletesThemInKeyOrderUnderOneRevision()
    {
        Apply(new LeaseGrantRequest { ID = 1, TTL = 10 });
        foreach (var key in (string[])["c", "a", "b"]) Apply(Put(key, lease: 1));
        Apply(Put("d", lease: 0));

        var answer = (LeaseRevokeResponse)Apply(new LeaseRevokeRequest { ID = 1 });

        Assert.Equal((6, 6), (answer.Header.Revision, _store.Current.Revision));
        Assert.Equal(["a", "b", "c"], _store.Current.EventsAt(6).Select(one => one.Plain.Kv.Key.ToStringUtf8()));
        Assert.All(_store.Current.EventsAt(6), one => Assert.Equal((Event.Types.EventType.Delete, 1L), (one.Plain.Type, one.Previous!.Lease)));
        Assert.IsType<LeaseRevokeEntry>(_log[^1]);
        Assert.IsType<RevisionEntry>(_log[^2]);
        Assert.Equal(0, _store.Current.Leases.Count);
        AssertRestoredIsTheSame();
    }

    [Fact]
    public void Revoke_WithoutKeys_TakesNoRevision()
    {
        Apply(new LeaseGrantRequest { ID = 1, TTL = 10 });

        Assert.Equal(1, ((LeaseRevokeResponse)Apply(new LeaseRevokeRequest { ID = 1 })).Header.Revision);
        Assert.Equal(1, _store.Current.Revision);
    }

    [Fact]
    public void Batch_OfGrantPutAndRevoke_SeesEachStepBeforeTheNext()
    {
        var batch = _store.Stage();
        var outcomes = new IMessage[] { new LeaseGrantRequest { ID = 1, TTL = 10 }, Put("a", 1), new LeaseRevokeRequest { ID = 1 }, Put("b", 1) }
            .Select(batch.Apply).ToList();
        _store.Publish(batch);

        Assert.Equal([null, null, null, "etcdserver: requested lease not found"], outcomes.Select(outcome => outcome.Error?.Text));
        Assert.Equal(3, _store.Current.Revision);
        Assert.Empty(_store.Current.LiveAt(3));
    }

    [Fact]
    public void Txn_ThatPutsAndDeletesAKeyOnALease_LeavesItOff()
    {
        Apply(new LeaseGrantRequest { ID = 1, TTL = 10 });
        var deleteAll = new DeleteRangeRequest { Key = Bytes("a"), RangeEnd = ByteString.CopyFrom(0) };
        Apply(new TxnRequest { Success = { new RequestOp { RequestPut = Put("k", 1) }, new RequestOp { RequestDeleteRange = deleteAll } } });
        Assert.Equal("", KeysOf(1));

        Apply(new TxnRequest { Success = { new RequestOp { RequestDeleteRange = deleteAll }, new RequestOp { RequestPut = Put("k", 1) } } });
        Assert.Equal("k", KeysOf(1));
        AssertRestoredIsTheSame();
    }

    private void AssertRestoredIsTheSame()
    {
        var restored = new MvccStore();
        restored.Restore(MvccSnapshot.Empty, _log);

        Assert.Equal(Describe(_store), Describe(restored));
    }

    private static IEnumerable<string> Describe(MvccStore store) => store.Current.Leases.All
        .OrderBy(lease => lease.Id).Select(lease => $"{lease.Id} {lease.Ttl} {string.Join(' ', lease.Keys.Select(key => key.ToStringUtf8()))}");

    private string KeysOf(long lease) => string.Join(' ', _store.Current.Leases.Find(lease)!.Keys.Select(key => key.ToStringUtf8()));

    private IMessage Apply(IMessage request) => Stage(request) is var outcome && outcome.IsRefused ? throw new InvalidOperationException(outcome.Error.Text) : outcome.Value;

    private string? Refusal(IMessage request) => Stage(request).Error?.Text;

    private Outcome<IMessage> Stage(IMessage request)
    {
        var batch = _store.Stage();
        var outcome = batch.Apply(request);
        _log.AddRange(batch.Entries);
        _store.Publish(batch);
        return outcome;
    }

    // "-a" deletes, "a=" keeps the lease, "a2" puts on lease 2.
    private static IMessage Parse(string write) => write switch
    {
        ['-', var key] => new DeleteRangeRequest { Key = Bytes($"{key}") },
        [var key, '='] => new PutRequest { Key = Bytes($"{key}"), IgnoreLease = true },
        _ => Put(write[..1], write[1] - '0'),
    };

    private static PutRequest Put(string key, long lease) => new() { Key = Bytes(key), Lease = lease };

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
