using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Maintenance;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Backend;
using MiniK8s.Store.Tests.Wal;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Maintenance;

/// <summary>Compaction and a defragmentation make room, wherever the data are, and change nothing that can be read.</summary>
public sealed class DefragmentTests : IDisposable
{
    private const string Exceeded = "etcdserver: mvcc: database space exceeded";
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreOptions _options = new() { Fsync = FsyncMode.Off, SegmentBytes = 4 << 20, SettledSegments = 0, QuotaBackendBytes = 2 << 20 };

    public static TheoryData<string> All => Backends.All;

    private string[] Segments => [.. Directory.GetFiles(_directory.Path, "log-*").Order(StringComparer.Ordinal)];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public async Task Defragment_AllOfItInTheOpenSegment_BringsAStoreOverItsQuotaBackToWork(string backend)
    {
        _options.Backend = Backends.Parse(backend);
        long revision;
        uint hash;
        using (var store = new MaintainedStore(_directory.Path, _options))
        {
            await store.PutAsync("kept", 1000);
            while (await store.PutAsync("big", 100_000) is null)
            {
                // Until it is full.
            }
            Assert.Equal(Exceeded, await store.PutAsync("small", 1));
            var full = store.Size;
            Assert.InRange(full.DbSize, 1_800_000, 2 << 20);
            Assert.InRange(full.DbSizeInUse, 1_800_000, 2 << 20);

            await store.CompactAsync();
            hash = StoreHash.OfHistory(store.Current, store.Current.Revision);
            await store.DefragmentAsync();

            Assert.InRange(store.Size.DbSize, 100_000, 600_000);
            Assert.InRange(store.Size.DbSizeInUse, 100_000, store.Size.DbSize);
            Assert.Equal(Directory.GetFiles(_directory.Path, "backend.*").Where(file => !file.EndsWith("-shm", StringComparison.Ordinal)).Sum(file => new FileInfo(file).Length) + store.Open.Log.Bytes, store.Size.DbSize);
            Assert.Equal(hash, StoreHash.OfHistory(store.Current, store.Current.Revision));
            Assert.Equal(Exceeded, await store.PutAsync("small", 1));       // the alarm stands until it is disarmed
            await store.CommitAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, Alarm = AlarmType.Nospace });
            Assert.Null(await store.PutAsync("big", 100_000));
            (revision, hash) = (store.Current.Revision, StoreHash.OfHistory(store.Current, store.Current.Revision));
        }

        using var again = new MaintainedStore(_directory.Path, _options);
        Assert.Equal((revision, hash), (again.Current.Revision, StoreHash.OfHistory(again.Current, revision)));
        Assert.Null(await again.PutAsync("small", 1));
    }

    [Theory]
    [MemberData(nameof(All))]
    public async Task Defragment_AfterRandomWrites_ChangesNothingThatCanBeRead(string backend)
    {
        (_options.Backend, _options.QuotaBackendBytes, _options.SegmentBytes) = (Backends.Parse(backend), -1, 20_000);
        var history = new RandomHistory(new Random(31));
        for (var round = 0; round < 8; round++)
        {
            using var store = new MaintainedStore(_directory.Path, _options);
            history.Write(store.Open, 150);
            var before = (store.Current.Revision, store.Current.CompactRevision, StoreHash.OfEverything(store.Current));
            for (var i = 0; i < 2; i++)
            {
                await store.DefragmentAsync();
                Assert.Equal(before, (store.Current.Revision, store.Current.CompactRevision, StoreHash.OfEverything(store.Current)));
                SnapshotAssert.HoldsOnly(store.Open.Backend, store.Current);        // nothing is left in the log alone
            }

            using var copy = new TemporaryDirectory();
            foreach (var file in Directory.GetFiles(_directory.Path).Where(file => Path.GetFileName(file) != "LOCK")) File.Copy(file, copy.File(Path.GetFileName(file)));
            using var again = new MaintainedStore(copy.Path, _options);
            SnapshotAssert.Same(store.Current, again.Current);
        }
    }

    [Fact]
    public async Task Defragment_NothingWrittenSince_BeginsNoSegment()
    {
        using (var store = new MaintainedStore(_directory.Path, _options))
        {
            await store.DefragmentAsync();
            Assert.EndsWith("log-00000001-00000000000000000002.wal", Assert.Single(Segments), StringComparison.Ordinal);

            await store.PutAsync("a", 1);
            await store.DefragmentAsync();
            await store.DefragmentAsync();
            Assert.EndsWith("log-00000002-00000000000000000003.wal", Assert.Single(Segments), StringComparison.Ordinal);
        }

        using var again = new MaintainedStore(_directory.Path, _options);
        await again.DefragmentAsync();
        Assert.EndsWith("log-00000002-00000000000000000003.wal", Assert.Single(Segments), StringComparison.Ordinal);

        await again.CompactAsync();     // no revision, and yet something to settle
        await again.DefragmentAsync();
        Assert.EndsWith("log-00000003-00000000000000000003.wal", Assert.Single(Segments), StringComparison.Ordinal);
        Assert.Equal(2, again.Open.Backend.ReadMeta()!.Value.CompactRevision);
    }

    [Fact]
    public async Task Defragment_RetainLog_KeepsTheLogAndCountsItNoMore()
    {
        _options.RetainLog = true;
        long size;
        using (var store = new MaintainedStore(_directory.Path, _options))
        {
            for (var i = 0; i < 15; i++) Assert.Null(await store.PutAsync("big", 100_000));
            await store.CompactAsync();

            await store.DefragmentAsync();

            size = store.Size.DbSize;
            Assert.InRange(size, 100_000, 600_000);
            Assert.Equal(2, Segments.Length);
            Assert.Equal(15, store.Open.Log.SealedSegments().SelectMany(segment => SegmentReader.ReadSealed(segment)).SelectMany(record => record.Entries).OfType<RevisionEntry>().Count());
        }

        using var again = new MaintainedStore(_directory.Path, _options);
        await again.Open.Settler.StartAsync(CancellationToken.None);
        Assert.Equal(size, again.Size.DbSize);
        Assert.Null(await again.PutAsync("big", 100_000));
        await again.DefragmentAsync();
        Assert.Equal(3, Segments.Length);
        await again.Open.Settler.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Defragment_WritersAndTheSettlerAtIt_EverySegmentSettlesOnce()
    {
        (_options.QuotaBackendBytes, _options.SegmentBytes) = (-1, 10_000);
        using var store = new MaintainedStore(_directory.Path, _options);
        await store.Open.Settler.StartAsync(CancellationToken.None);

        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                Assert.Null(await store.PutAsync($"{writer}/{i % 7}", 200));
                if (i % 50 == 20) await store.CompactAsync();
            }
        })).ToList();
        var defragmenters = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 5; i++) await store.DefragmentAsync();
        }));
        await Task.WhenAll(writers.Concat(defragmenters)).OrMissing("the end of the writers and the defragmentations");
        await store.DefragmentAsync();

        Assert.Equal(801, store.Current.Revision);
        Assert.Single(Segments);
        SnapshotAssert.HoldsOnly(store.Open.Backend, store.Current);
        await store.Open.Settler.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Defragment_NoRoomForASegment_SaysSoAfterDoingWhatItCan()
    {
        var files = new CountingFiles();
        using var store = new MaintainedStore(_directory.Path, _options, files);
        for (var i = 0; i < 15; i++) await store.PutAsync("big", 100_000);
        await store.DefragmentAsync();
        await store.CompactAsync();
        files.IsFull = true;

        Assert.Equal(Exceeded, (await store.Defragmenter.DefragmentAsync(CancellationToken.None).OrMissing("the refusal"))?.Text);
        Assert.Null(await store.PutAsync("a", 1));

        files.IsFull = false;
        await store.DefragmentAsync();
        Assert.InRange(store.Size.DbSize, 100_000, 600_000);
    }

    [Fact]
    public async Task Defragment_Cancelled_EndsAndLeavesTheStoreToTheNext()
    {
        using var store = new MaintainedStore(_directory.Path, _options);
        for (var i = 0; i < 15; i++) await store.PutAsync("big", 100_000);
        await store.CompactAsync();
        using var patience = new CancellationTokenSource();
        Task<EtcdError?> first, second;
        using (store.Open.Settler.Pin())
        {
            (first, second) = (store.Defragmenter.DefragmentAsync(patience.Token), store.Defragmenter.DefragmentAsync(patience.Token));
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first.OrMissing("the end of the first"));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second.OrMissing("the end of the second"));
            Assert.InRange(store.Size.DbSize, 1_500_000, 2 << 20);
        }

        await store.DefragmentAsync();
        Assert.InRange(store.Size.DbSize, 100_000, 600_000);
    }

    [Fact]
    public async Task Settle_AfterACompaction_LeavesNothingOfItAndTheSameHash()
    {
        using var store = new MaintainedStore(_directory.Path, _options);
        for (var i = 0; i < 10; i++) await store.PutAsync($"k{i % 3}", 100);
        await store.CommitAsync(new DeleteRangeRequest { Key = ByteString.CopyFromUtf8("k1") });
        await store.CompactAsync();
        var hash = StoreHash.OfHistory(store.Current, store.Current.Revision);

        Assert.Null(await store.Defragmenter.SettleAsync(CancellationToken.None).OrMissing("the end of the settling"));

        Assert.Equal(["k0", "k1", "k2"], store.Open.Backend.ReadRows().Select(row => row.Value.Key.ToStringUtf8()).Order(StringComparer.Ordinal));
        Assert.Equal(hash, StoreHash.OfHistory(store.Current, store.Current.Revision));
    }
}
