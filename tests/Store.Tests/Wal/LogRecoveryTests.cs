using System.Diagnostics;

using Google.Protobuf;

using Microsoft.Extensions.Logging.Abstractions;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Tests.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

public sealed class LogRecoveryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreOptions _options = new() { Fsync = FsyncMode.Off };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Recover_AfterRandomWritesAndCompactions_GivesTheSameStore()
    {
        _options.SegmentBytes = 5_000;      // several segments
        var before = WriteAtRandom(writes: 2000);

        var after = Recover();

        AssertSame(before, after);
        Assert.InRange(Directory.GetFiles(_directory.Path, "log-*").Length, 3, 100);
    }

    [Fact]
    public void Recover_AfterTrims_GivesTheSameStoreFromAShorterLog()
    {
        (_options.SegmentBytes, _options.TrimBytes) = (5_000, 10_000);
        var before = WriteAtRandom(writes: 4000, trimEvery: 100);

        var after = Recover();

        AssertSame(before, after);
        Assert.Single(Directory.GetFiles(_directory.Path, "state-*"));
        Assert.DoesNotContain("log-00000001-", string.Join(' ', Directory.GetFiles(_directory.Path, "log-*")), StringComparison.Ordinal);
        Assert.InRange(Directory.GetFiles(_directory.Path, "log-*").Sum(file => new FileInfo(file).Length), 0, 60_000);
    }

    [Fact]
    public void Recover_TailCutAnywhere_KeepsEveryWholeRecordAndGoesOn()
    {
        var ends = WriteRevisions(30);
        var (whole, log) = (File.ReadAllBytes(Segment), Segment);

        for (var length = ends[9]; length < ends[12]; length++)
        {
            File.WriteAllBytes(log, whole[..(int)length]);
            var expected = 2 + ends.Count(end => end <= length) - 1;      // revision 1 is the empty store

            using (var open = Open())
            {
                Assert.Equal(expected, open.Store.Current.Revision);
                Assert.Equal(ends.LastOrDefault(end => end <= length), new FileInfo(log).Length);
                open.Put("after", "cut");
            }
            Assert.Equal(expected + 1, Recover().Revision);
        }
    }

    [Fact]
    public void Recover_TailOfZeroes_IsCutAsAWriteThatPowerLossCutShort()
    {
        var ends = WriteRevisions(10);
        var whole = File.ReadAllBytes(Segment);
        // The size of the file reached the disk, the bytes of its last record did not.
        Array.Clear(whole, (int)ends[8], (int)(ends[9] - ends[8]));
        File.WriteAllBytes(Segment, whole);

        Assert.Equal(10, Recover().Revision);
        Assert.Equal(ends[8], new FileInfo(Segment).Length);
    }

    [Fact]
    public void Recover_AnyBitFlipped_RefusesAndNamesFileAndOffset()
    {
        var ends = WriteRevisions(12);
        var whole = File.ReadAllBytes(Segment);
        var random = new Random(7);

        for (var i = 0; i < 300; i++)
        {
            var (at, bit) = (random.Next(whole.Length), random.Next(8));
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= (byte)(1 << bit);
            File.WriteAllBytes(Segment, damaged);
            var start = ends.Prepend(0).Last(end => end <= at);

            var refusal = Assert.Throws<InvalidDataException>(() => Recover());

            Assert.StartsWith($"{Segment} is damaged at offset {start}: ", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(damaged, File.ReadAllBytes(Segment));
        }
    }

    [Fact]
    public void Recover_TornRecordInAnEarlierSegment_Refuses()
    {
        _options.SegmentBytes = 1000;
        WriteRevisions(100);
        var first = Directory.GetFiles(_directory.Path, "log-*").Order(StringComparer.Ordinal).First();
        File.WriteAllBytes(first, File.ReadAllBytes(first)[..^3]);

        Assert.Contains(first, Assert.Throws<InvalidDataException>(() => Recover()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_SegmentMissing_Refuses()
    {
        _options.SegmentBytes = 1000;
        WriteRevisions(100);
        var segments = Directory.GetFiles(_directory.Path, "log-*").Order(StringComparer.Ordinal).ToArray();
        File.Delete(segments[1]);

        Assert.Contains("segment 2 is missing", Assert.Throws<InvalidDataException>(() => Recover()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_StateFileDamaged_Refuses()
    {
        (_options.SegmentBytes, _options.TrimBytes) = (1000, 0);
        using (var open = Open())
        {
            for (var i = 0; i < 50; i++) open.Put($"k{i}", "v");
            open.Compact(40);
            open.Trim();
        }
        var state = Assert.Single(Directory.GetFiles(_directory.Path, "state-*"));
        var bytes = File.ReadAllBytes(state);
        bytes[bytes.Length / 2] ^= 4;
        File.WriteAllBytes(state, bytes);

        Assert.StartsWith($"{state} is damaged at offset ", Assert.Throws<InvalidDataException>(() => Recover()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DirectoryInUse_IsRefused()
    {
        using var open = Open();

        Assert.Contains("in use by another store", Assert.Throws<IOException>(() => DataDirectory.Open(_directory.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_AHundredThousandRevisions_TakesSeconds()
    {
        using (var open = Open())
        {
            var value = ByteString.CopyFrom(new byte[256]);
            for (var i = 0; i < 1000; i++)
            {
                var requests = Enumerable.Range(0, 100).Select(j => (IMessage)new PutRequest { Key = Bytes($"/registry/pods/default/p{(i * 100 + j) % 5000}"), Value = value });
                open.Commit(requests.ToArray());
            }
        }
        var clock = Stopwatch.StartNew();

        Assert.Equal(100_001, Recover().Revision);

        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(10));     // 1 s on an idle machine
    }

    private string Segment => Directory.GetFiles(_directory.Path, "log-*").Single();

    private OpenStore Open() => new(_directory.Path, _options);

    private MvccSnapshot Recover()
    {
        using var open = Open();
        return open.Store.Current;
    }

    // One record each; answers where each of them ends.
    private List<long> WriteRevisions(int count)
    {
        using var open = Open();
        var ends = new List<long>();
        for (var i = 0; i < count; i++)
        {
            open.Put($"key{i % 3}", $"value {i}");
            ends.Add(open.Log.Bytes);
        }
        return ends;
    }

    private MvccSnapshot WriteAtRandom(int writes, int trimEvery = int.MaxValue)
    {
        using var open = Open();
        var random = new Random(3);
        var requests = new RandomRequests(random);
        for (var i = 1; i <= writes; i++)
        {
            var revision = open.Store.Current.Revision;
            var request = random.Next(40) == 0 ? requests.Compaction(revision) : requests.Write(revision);
            if (request is TxnRequest txn && RequestChecks.Check(txn, 128) is not null) continue;
            open.Commit(request);
            if (i % trimEvery == 0) open.Trim();
        }
        return open.Store.Current;
    }

    private static void AssertSame(MvccSnapshot before, MvccSnapshot after)
    {
        Assert.Equal((before.Revision, before.CompactRevision), (after.Revision, after.CompactRevision));
        for (var revision = before.CompactRevision; revision <= before.Revision; revision++)
        {
            Assert.Equal(before.LiveAt(revision).Select(version => version.Read()), after.LiveAt(revision).Select(version => version.Read()));
            Assert.Equal(before.EventsAt(revision).Select(stored => stored.Plain), after.EventsAt(revision).Select(stored => stored.Plain));
        }
    }

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>A store with its log, written to without the pipeline.</summary>
    private sealed class OpenStore : IDisposable
    {
        private readonly DataDirectory _directory;
        private readonly LogTrimmer _trimmer;

        public OpenStore(string path, StoreOptions options)
        {
            _directory = DataDirectory.Open(path);
            try
            {
                Log = LogRecovery.Recover(_directory, Store, options, NullLogger.Instance);
            }
            catch
            {
                _directory.Dispose();
                throw;
            }
            _trimmer = new LogTrimmer(_directory, Store, Log, options, NullLogger<LogTrimmer>.Instance);
        }

        public MvccStore Store { get; } = new();

        public WriteAheadLog Log { get; }

        public void Commit(params IMessage[] requests)
        {
            var batch = Store.Stage();
            foreach (var request in requests) batch.Apply(request);
            if (batch.Entries.Count == 0) return;
            Log.AppendAndSync(batch.Entries);
            Store.Publish(batch);
        }

        public void Put(string key, string value) => Commit(new PutRequest { Key = Bytes(key), Value = Bytes(value) });

        public void Compact(long revision) => Commit(new CompactionRequest { Revision = revision });

        public void Trim() => _trimmer.Trim();

        public void Dispose()
        {
            _trimmer.Dispose();
            Log.Dispose();
            _directory.Dispose();
        }
    }
}
