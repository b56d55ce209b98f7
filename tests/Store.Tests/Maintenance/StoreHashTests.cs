using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Mvcc;

namespace MiniK8s.Store.Tests.Maintenance;

public sealed class StoreHashTests
{
    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void OfHistory_AtEveryReadableRevision_EqualsARecountAndThatOfAReplay(int seed)
    {
        var (store, log) = RandomStore(seed, steps: 1500);
        var replayed = new MvccStore();
        replayed.Restore(MvccSnapshot.Empty, log);

        var (snapshot, again) = (store.Current, replayed.Current);
        Assert.InRange(snapshot.CompactRevision, 2, snapshot.Revision - 5);
        for (var revision = snapshot.CompactRevision; revision <= snapshot.Revision; revision++)
        {
            Assert.Equal(Recount(snapshot, revision), StoreHash.OfHistory(snapshot, revision));
            Assert.Equal(StoreHash.OfHistory(snapshot, revision), StoreHash.OfHistory(again, revision));
        }
        Assert.Equal(StoreHash.OfEverything(snapshot), StoreHash.OfEverything(again));
    }

    [Fact]
    public void OfHistory_OfAnOlderSnapshot_StaysWhileTheStoreGoesOn()
    {
        var (store, _) = RandomStore(33, steps: 300);
        var (old, hash) = (store.Current, StoreHash.OfHistory(store.Current, store.Current.Revision));

        Commit(store, new PutRequest { Key = Google.Protobuf.ByteString.CopyFromUtf8("a") });
        Commit(store, new CompactionRequest { Revision = store.Current.Revision });

        Assert.Equal(hash, StoreHash.OfHistory(old, old.Revision));
        Assert.NotEqual(hash, StoreHash.OfHistory(store.Current, store.Current.Revision));
    }

    // Bit by bit over one long array, versions found in the events and not in the keys' histories.
    private static uint Recount(MvccSnapshot snapshot, long revision)
    {
        var before = snapshot.LiveAt(snapshot.CompactRevision).Where(kv => kv.ModRevision < snapshot.CompactRevision);
        var after = Enumerable.Range(0, (int)(revision - snapshot.CompactRevision + 1))
            .SelectMany(i => snapshot.ChangesAt(snapshot.CompactRevision + i));
        var readable = before.Concat(after).Where(kv => IsReadable(snapshot, kv)).OrderBy(kv => kv.Key, Comparer<Google.Protobuf.ByteString>.Create(Keys.Compare));
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write("key"u8);
        foreach (var kv in readable.Select(version => version.Read()))
        {
            writer.Write(kv.Key.Length);
            writer.Write(kv.Key.Span);
            foreach (var number in (long[])[kv.ModRevision, kv.CreateRevision, kv.Version, kv.Lease]) writer.Write(number);
            writer.Write(kv.Value.Length);
            writer.Write(kv.Value.Span);
        }
        return BitwiseCrc(bytes.ToArray());
    }

    // At the compact revision itself only what its transaction left is readable.
    private static bool IsReadable(MvccSnapshot snapshot, KeyVersion kv) =>
        kv.ModRevision != snapshot.CompactRevision || ReferenceEquals((snapshot.View with { Revision = kv.ModRevision }).Get(kv.Key), kv);

    private static uint BitwiseCrc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
        }
        return ~crc;
    }

    internal static (MvccStore Store, List<LogEntry> Log) RandomStore(int seed, int steps)
    {
        var random = new Random(seed);
        var (requests, store, log) = (new RandomRequests(random), new MvccStore(), new List<LogEntry>());
        for (var step = 0; step < steps; step++)
        {
            Google.Protobuf.IMessage request = random.Next(100) switch
            {
                < 90 => requests.Write(store.Current.Revision),
                < 94 => requests.Grant(),
                < 96 => requests.Revoke(),
                96 => requests.Compaction(store.Current.Revision),
                _ => new AlarmRequest { Alarm = AlarmType.Corrupt, Action = AlarmRequest.Types.AlarmAction.Deactivate },
            };
            if (request is TxnRequest txn && RequestChecks.Check(txn, 128) is not null) continue;
            log.AddRange(Commit(store, request));
        }
        for (var i = 0; i < 20; i++) log.AddRange(Commit(store, requests.Put()));
        log.AddRange(Commit(store, new AlarmRequest { Alarm = AlarmType.Nospace, Action = AlarmRequest.Types.AlarmAction.Activate }));
        return (store, log);
    }

    internal static IReadOnlyList<LogEntry> Commit(MvccStore store, Google.Protobuf.IMessage request)
    {
        var batch = store.Stage();
        batch.Apply(request);
        store.Publish(batch);
        return batch.Entries;
    }
}
