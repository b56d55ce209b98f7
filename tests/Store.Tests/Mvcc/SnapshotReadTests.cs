using System.Collections.Immutable;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Backend;

namespace MiniK8s.Store.Tests.Mvcc;

/// <summary>What the writer does to the tree that readers share: puts of new keys, splits, compaction, batches taken back.</summary>
public sealed class SnapshotReadTests
{
    [Fact]
    public async Task Read_OldSnapshotsWhileOthersWrite_HoldExactlyTheirRevision()
    {
        var store = new MvccStore();
        var taken = new Taken(store.Current, ImmutableSortedDictionary.Create<ByteString, long>(Comparer<ByteString>.Create(Keys.Compare)));
        using var done = new CancellationTokenSource();
        var readers = Enumerable.Range(1, 2).Select(seed => Busy.Run(() => ReadUntil(() => Volatile.Read(ref taken), new Random(seed), done.Token))).ToList();
        var writer = new Writer(store, new Random(4));

        for (var round = 0; round < 3_000 && !readers.Exists(reader => reader.IsCompleted); round++)
        {
            var live = writer.Round(taken.Live);
            Volatile.Write(ref taken, new Taken(store.Current, live));
        }
        await done.CancelAsync();

        foreach (var reader in readers) Assert.InRange(await reader.OrMissing("the end of the reader"), 1, int.MaxValue);
        Assert.Equal(taken.Live, taken.Read(Taken.All));
        Assert.InRange(taken.Live.Count, 1_000, 20_000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Undo_ManyNewKeysAroundACompaction_LeavesTheStoreAsIfTheyHadNeverBeen(int seed)
    {
        var (store, untouched) = (new MvccStore(), new MvccStore());
        var (one, other) = (new Writer(store, new Random(seed)), new Writer(untouched, new Random(seed)));
        var live = ImmutableSortedDictionary.Create<ByteString, long>(Comparer<ByteString>.Create(Keys.Compare));

        for (var round = 0; round < 600; round++)
        {
            new Writer(store, new Random(round)).TakeBack(live);
            var next = one.Round(live);
            other.Round(live);
            live = next;
            if (round % 60 == 0) SnapshotAssert.Same(untouched.Current, store.Current);
        }

        SnapshotAssert.Same(untouched.Current, store.Current);
        Assert.Equal(untouched.Current.Tree.Count, store.Current.Tree.Count);
        Assert.Equal(live, new Taken(store.Current, live).Read(Taken.All));
        Assert.InRange(live.Count, 500, 20_000);
    }

    // Each snapshot many times, while the store moves on.
    private static int ReadUntil(Func<Taken> newest, Random random, CancellationToken done)
    {
        var (reads, keys) = (0, new AwkwardKeys(random));
        while (!done.IsCancellationRequested || reads == 0)
        {
            var taken = newest();
            for (var i = 0; i < 30; i++)
            {
                Assert.Equal(taken.Live, taken.Read(Taken.All));
                var (range, key) = (keys.Range(), keys.Next());
                Assert.Equal(taken.Live.Where(one => range.Contains(one.Key)), taken.Read(range));
                Assert.Equal(taken.Live.GetValueOrDefault(key), taken.Snapshot.View.Get(key)?.ModRevision ?? 0);
                reads++;
            }
        }
        return reads;
    }

    private sealed record Taken(MvccSnapshot Snapshot, ImmutableSortedDictionary<ByteString, long> Live)
    {
        public static KeyRange All => KeyRange.From(ByteString.CopyFrom(0), ByteString.CopyFrom(0));

        public IEnumerable<KeyValuePair<ByteString, long>> Read(KeyRange range) =>
            Snapshot.View.List(range).Select(version => KeyValuePair.Create(version.Key, version.ModRevision));
    }

    private sealed class Writer(MvccStore store, Random random)
    {
        private readonly AwkwardKeys _keys = new(random);

        /// <summary>A batch that is published: puts, here and there a deletion or a compaction.</summary>
        /// <returns>The keys and their revisions after it.</returns>
        public ImmutableSortedDictionary<ByteString, long> Round(ImmutableSortedDictionary<ByteString, long> live)
        {
            var batch = store.Stage();
            live = Fill(batch, live);
            store.Publish(batch);
            return live;
        }

        /// <summary>Such a batch that is taken back.</summary>
        public void TakeBack(ImmutableSortedDictionary<ByteString, long> live)
        {
            var batch = store.Stage();
            Fill(batch, live);
            batch.Undo();
        }

        private ImmutableSortedDictionary<ByteString, long> Fill(StagedBatch batch, ImmutableSortedDictionary<ByteString, long> live)
        {
            var revision = store.Current.Revision;
            for (var i = random.Next(1, 15); i > 0; i--)
            {
                if (random.Next(20) == 0) batch.Apply(new CompactionRequest { Revision = revision });
                if (random.Next(300) == 0)
                {
                    var range = new KeyRange(_keys.Next(), _keys.Next(), KeyRangeKind.Interval);
                    var gone = live.Keys.Where(range.Contains).Take(100).ToList();
                    if (gone.Count == 0) continue;
                    batch.Apply(new DeleteRangeRequest { Key = gone[0], RangeEnd = ByteString.CopyFrom([.. gone[^1], 0]) });
                    (live, revision) = (live.RemoveRange(gone), revision + 1);
                }
                var key = _keys.Next();
                batch.Apply(new PutRequest { Key = key });
                live = live.SetItem(key, ++revision);
            }
            return live;
        }
    }
}
