using Google.Protobuf;

using MiniK8s.Store.Backend;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Wal;

namespace MiniK8s.Store.Tests.Backend;

/// <summary>What the log says settles into a backend, whichever it is, and comes back whole.</summary>
public sealed class SettlerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreOptions _options = new() { Fsync = FsyncMode.Off, SegmentBytes = 800, SettledSegments = 0 };

    public static TheoryData<string> All => Backends.All;

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(All))]
    public void Settle_RandomHistories_LeaveTheStoreAndItsLogAsTheyWouldBeWithoutABackend(string backend)
    {
        _options.Backend = Backends.Parse(backend);
        var history = new RandomHistory(new Random(5));
        var before = StateImage.Empty;

        for (var round = 0; round < 12; round++)
        {
            using var open = new OpenStore(_directory.Path, _options);
            SnapshotAssert.Same(before, open.Store.Current);
            for (var i = 0; i < 5; i++)
            {
                history.Write(open, 60);
                open.Settle();
            }
            before = StateImage.Of(open.Store.Current);

            Assert.Single(Directory.GetFiles(_directory.Path, "log-*"));
            Assert.NotNull(open.Backend.ReadMeta());
        }
        Assert.True(before.CompactRevision > 100);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Settle_RandomHistories_KeepExactlyTheRowsThatCompactionLeavesInMemory(string backend)
    {
        _options.Backend = Backends.Parse(backend);
        using var open = new OpenStore(_directory.Path, _options);
        var history = new RandomHistory(new Random(11));
        for (var round = 0; round < 40; round++)
        {
            history.Write(open, 100);
            open.Settle();

            var reader = new BackendReader(open.Backend);
            var settled = new MvccStore();
            settled.Restore(MvccSnapshot.Empty, reader.Entries());
            SnapshotAssert.HoldsOnly(open.Backend, settled.Current);
            Assert.Equal(reader.Meta.Revision, settled.Current.Revision);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Settle_TheSameEntriesTwice_ChangesNothing(string backend)
    {
        (_options.Backend, _options.RetainLog) = (Backends.Parse(backend), true);
        using var open = new OpenStore(_directory.Path, _options);
        new RandomHistory(new Random(2)).Write(open, 300);
        open.Settle();
        var reader = new BackendReader(open.Backend);
        var entries = reader.Entries().ToList();
        var again = new Settlement(open.Backend, reader.Meta, reader.TakeNewest());

        again.Begin();
        foreach (var segment in open.Log.SealedSegments())
        {
            foreach (var entry in SealedSegment.Read(segment, 0).SelectMany(record => record.Entries)) again.Apply(entry);
        }
        again.Commit((int)reader.Meta.Segment, reader.Meta.Offset);

        Assert.Equal(reader.Meta, open.Backend.ReadMeta());
        Assert.NotEmpty(entries);
        Assert.Equal(entries.Count, new BackendReader(open.Backend).Entries().Count());
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Settle_StoppedAtEveryStep_LosesNothingAndGoesOnWhereItWas(string backend)
    {
        (_options.Backend, _options.SegmentBytes) = (Backends.Parse(backend), 400);
        var history = new RandomHistory(new Random(8));
        var before = StateImage.Empty;
        var (stops, whole) = (0, 0);
        for (var calls = 1; whole < 3; calls += 2)
        {
            using var open = new OpenStore(_directory.Path, _options);
            SnapshotAssert.Same(before, open.Store.Current);
            history.Write(open, 60);
            before = StateImage.Of(open.Store.Current);
            using var failing = new FailingBackend(open.Backend, calls);
            using var settler = open.NewSettler(failing);

            if (Record.Exception(() => settler.SettleAll(CancellationToken.None)) is null) whole++;
            else stops++;
        }

        Assert.InRange(stops, 10, 1000);
        using var last = new OpenStore(_directory.Path, _options);
        SnapshotAssert.Same(before, last.Store.Current);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Settle_DiskRefusesOnce_TheNextTimeSettlesWhatIsLeft(string backend)
    {
        _options.Backend = Backends.Parse(backend);
        using var open = new OpenStore(_directory.Path, _options);
        new RandomHistory(new Random(4)).Write(open, 400);
        using var failing = new FailingBackend(open.Backend, 60);
        using var settler = open.NewSettler(failing);

        Assert.Throws<IOException>(() => settler.SettleAll(CancellationToken.None));
        failing.Mend();
        settler.SettleAll(CancellationToken.None);

        Assert.Empty(open.Log.SealedSegments());
        Assert.Equal(new BackendReader(open.Backend).Entries().OfType<RevisionEntry>().Last().Revision, open.Backend.ReadMeta()!.Value.Revision);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Settle_RetainLog_KeepsSegmentsAndPassesOverThem(string backend)
    {
        (_options.Backend, _options.RetainLog) = (Backends.Parse(backend), true);
        StateImage before;
        using (var open = new OpenStore(_directory.Path, _options))
        {
            new RandomHistory(new Random(6)).Write(open, 500);
            open.Settle();
            before = StateImage.Of(open.Store.Current);
            Assert.InRange(Directory.GetFiles(_directory.Path, "log-*").Length, 5, 100);
        }

        _options.RetainLog = false;
        using var again = new OpenStore(_directory.Path, _options);
        SnapshotAssert.Same(before, again.Store.Current);
        Assert.Empty(again.Log.SealedSegments().FindAll(segment => segment.Number >= again.Backend.ReadMeta()!.Value.Segment));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Settle_ChurnWithCompaction_KeepsTheDirectoryBounded(string backend)
    {
        const int keys = 5000, size = 300, history = 2000, rounds = 15;
        (_options.Backend, _options.SegmentBytes) = (Backends.Parse(backend), 256 << 10);
        using var open = new OpenStore(_directory.Path, _options);
        var (random, value) = (new Random(1), new byte[size]);
        var longest = 0L;
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < 1000; i++)
            {
                random.NextBytes(value);
                open.Commit(new Protocol.Etcd.PutRequest { Key = ByteString.CopyFromUtf8($"/registry/pods/default/p{random.Next(keys):D5}"), Value = ByteString.CopyFrom(value) });
            }
            if (open.Store.Current.Revision > history) open.Compact(open.Store.Current.Revision - history);
            open.Settle();
            longest = long.Max(longest, Directory.GetFiles(_directory.Path).Sum(file => new FileInfo(file).Length));
        }

        var row = size + 100L;
        Assert.InRange(longest, keys * row, (3 * keys * row) + (history * row) + (2 * _options.SegmentBytes));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Defragment_AfterDeletions_MakesTheFileShortAndKeepsWhatIsInIt(string backend)
    {
        (_options.Backend, _options.SegmentBytes) = (Backends.Parse(backend), 50_000);
        StateImage before;
        using (var open = new OpenStore(_directory.Path, _options))
        {
            for (var i = 0; i < 3000; i++) open.Put($"k{i}", new string('v', 500));
            open.Settle();
            open.Commit(new Protocol.Etcd.DeleteRangeRequest { Key = ByteString.CopyFromUtf8("k"), RangeEnd = ByteString.CopyFromUtf8("k29") });
            open.Compact(open.Store.Current.Revision);
            for (var i = 0; i < 150; i++) open.Put("pad", new string('v', 500));
            open.Settle();
            var (file, used) = (open.Settler.FileBytes, open.Settler.UsedBytes);
            if (open.Backend.Name == "SQLite") Assert.InRange(used, 1, file / 2);      // LiteDB does not say

            open.Settler.Defragment();

            Assert.InRange(open.Settler.FileBytes, 1, file / 2);
            Assert.Equal(open.Settler.FileBytes, new FileInfo(open.Backend.File).Length);
            for (var i = 0; i < 150; i++) open.Put("after", new string('v', 500));
            open.Settle();
            before = StateImage.Of(open.Store.Current);
        }
        using var again = new OpenStore(_directory.Path, _options);
        SnapshotAssert.Same(before, again.Store.Current);
    }
}
