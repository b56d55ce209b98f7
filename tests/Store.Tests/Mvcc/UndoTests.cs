using Google.Protobuf;

using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Backend;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>Batches that are taken back leave nothing behind.</summary>
public sealed class UndoTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Undo_RandomBatches_LeaveTheStoreAsIfTheyHadNeverBeen(int seed)
    {
        var random = new Random(seed);
        var requests = new RandomRequests(random);
        var (store, untouched) = (new MvccStore(), new MvccStore());

        for (var round = 0; round < 400; round++)
        {
            var before = store.Current;
            var dropped = store.Stage();
            foreach (var request in Batch(random, requests, before.Revision)) dropped.Apply(request);
            dropped.Undo();

            Assert.Same(before, store.Current);
            if (round % 10 == 0) SnapshotAssert.Same(untouched.Current, before);
            foreach (var request in Batch(random, requests, before.Revision)) Write(request, store, untouched);
            SnapshotAssert.Same(untouched.Current, store.Current);
        }
        Assert.InRange(store.Current.Revision, 400, 4000);
        Assert.InRange(store.Current.CompactRevision, 10, 4000);
    }

    [Fact]
    public async Task Undo_WhileOthersRead_TheyNeverSeeTheBatch()
    {
        var store = new MvccStore();
        var requests = new RandomRequests(new Random(5));
        for (var i = 0; i < 200; i++) Write(requests.Put(), store);
        using var done = new CancellationTokenSource();
        var reader = Busy.Run(() => ReadUntil(store, done.Token));

        for (var round = 0; round < 2000; round++)
        {
            var batch = store.Stage();
            for (var i = 0; i < 5; i++) batch.Apply(requests.Write(store.Current.Revision));
            if (round % 2 == 0) batch.Undo();
            else store.Publish(batch);
        }
        await done.CancelAsync();

        Assert.InRange(await reader.OrMissing("the end of the reader"), 1, int.MaxValue);
    }

    // Each snapshot is read twice: what it holds never changes, and nothing in it is from after it.
    private static int ReadUntil(MvccStore store, CancellationToken done)
    {
        var reads = 0;
        while (!done.IsCancellationRequested || reads == 0)
        {
            var snapshot = store.Current;
            var first = snapshot.LiveAt(snapshot.Revision).Select(version => version.Read()).ToList();
            Assert.All(first, value => Assert.InRange(value.ModRevision, 1, snapshot.Revision));
            Assert.Equal(first, snapshot.LiveAt(snapshot.Revision).Select(version => version.Read()));
            reads++;
        }
        return reads;
    }

    private static List<IMessage> Batch(Random random, RandomRequests requests, long revision)
    {
        var batch = new List<IMessage>();
        for (var i = random.Next(1, 8); i > 0; i--)
        {
            batch.Add(random.Next(12) switch
            {
                0 => requests.Compaction(revision),
                1 => requests.Grant(),
                2 => requests.Revoke(),
                _ => requests.Write(revision),
            });
        }
        return batch.FindAll(request => request is not Protocol.Etcd.TxnRequest txn || RequestChecks.Check(txn, 128) is null);
    }

    private static void Write(IMessage request, params MvccStore[] stores)
    {
        foreach (var store in stores)
        {
            var batch = store.Stage();
            batch.Apply(request.Descriptor.Parser.ParseFrom(request.ToByteString()));
            store.Publish(batch);
        }
    }
}
