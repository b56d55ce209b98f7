using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>Thousands of random requests, each answer and each event compared with the obvious model's.</summary>
public sealed class MvccModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void RandomRequests_AgainstTheModel_AnswerTheSame(int seed)
    {
        var random = new Random(seed);
        var (requests, model, store) = (new RandomRequests(random), new Model(), new MvccStore());

        for (var step = 0; step < 3000; step++)
        {
            var request = Next(random, requests, model.Revision);
            if (request is TxnRequest txn && RequestChecks.Check(txn, 128) is not null) continue;      // the services refuse these first

            Assert.Equal(model.Apply(request), Answer(store, request));
            Assert.Equal((model.Revision, model.CompactRevision), (store.Current.Revision, store.Current.CompactRevision));
            Assert.Equal(model.Leases, LeasesOf(store));
        }

        Assert.InRange(model.Revision, 500, 3000);
        Assert.InRange(model.CompactRevision, 400, 3000);
    }

    [Fact]
    public void History_OfRandomRequests_HoldsEveryEventFromTheCompactRevisionOn()
    {
        var random = new Random(5);
        var (requests, model, store) = (new RandomRequests(random), new Model(), new MvccStore());
        for (var step = 0; step < 3000; step++)
        {
            var request = Next(random, requests, model.Revision);
            if (request is TxnRequest txn && RequestChecks.Check(txn, 128) is not null) continue;
            model.Apply(request);
            Answer(store, request);
        }

        var snapshot = store.Current;
        var history = Enumerable.Range((int)snapshot.CompactRevision, (int)(snapshot.Revision - snapshot.CompactRevision + 1))
            .SelectMany(revision => snapshot.EventsAt(revision)
                .Select(stored => ((long)revision, stored.Plain.Type == Event.Types.EventType.Delete, stored.Plain.Kv, stored.Previous)));

        // What was there before the oldest readable revision is compacted, so the events of that one no longer know it.
        var expected = model.Events.Where(one => one.Revision >= model.CompactRevision)
            .Select(one => one.Revision == model.CompactRevision ? (one.Revision, one.IsDelete, one.Value, null) : one);
        Assert.Equal(expected, history);
    }

    [Fact]
    public void Snapshot_TakenBeforeWritesAndCompactions_ReadsAsItDidThen()
    {
        var random = new Random(6);
        var (requests, model, store) = (new RandomRequests(random), new Model(), new MvccStore());
        var everything = new RangeRequest { Key = ByteString.CopyFrom(0), RangeEnd = ByteString.CopyFrom(0) };
        var kept = new List<(ReadView View, RangeResponse Then)>();

        for (var step = 0; step < 2000; step++)
        {
            var request = Next(random, requests, store.Current.Revision);
            if (request is TxnRequest txn && RequestChecks.Check(txn, 128) is not null) continue;
            Answer(store, request);
            if (step % 50 == 0) kept.Add((store.Current.View, store.Range(everything).Value!.Clone()));
        }

        Assert.All(kept, one => Assert.Equal(one.Then, RangeReader.Read(one.View, everything).Value));
    }

    private static IEnumerable<(long Id, long Ttl, string Keys)> LeasesOf(MvccStore store) => store.Current.Leases.All
        .OrderBy(lease => lease.Id)
        .Select(lease => (lease.Id, lease.Ttl, string.Join(' ', lease.Keys.Select(key => key.ToStringUtf8()))));

    internal static IMessage Next(Random random, RandomRequests requests, long revision) => random.Next(100) switch
    {
        < 42 => requests.Write(revision),
        42 or 43 => requests.Grant(),
        44 => requests.Revoke(),
        < 99 => requests.Range(revision),
        _ => requests.Compaction(revision),
    };

    internal static object Answer(MvccStore store, IMessage request)
    {
        if (request is RangeRequest range) return Unwrap(store.Range(range));
        var batch = store.Stage();
        var outcome = batch.Apply(request);
        store.Publish(batch);
        return Unwrap(outcome);
    }

    private static object Unwrap<T>(Outcome<T> outcome)
        where T : class => outcome.IsRefused ? outcome.Error.Text : outcome.Value;
}
