using System.Buffers.Binary;

using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>Where the log ends, and what of a bad end is a torn write and what is damage.</summary>
public sealed class LogTailTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StoreOptions _options = new() { SegmentBytes = 8192, Fsync = FsyncMode.Off };     // off: there is no mark
    private readonly List<long> _ends = [];        // where each record ends; the head is the first

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Open_NewStore_TakesTheWholeSegmentFromTheDisk()
    {
        Write(1);

        Assert.Equal(8192, new FileInfo(Segment).Length);
        Assert.All(File.ReadAllBytes(Segment)[(int)_ends[1]..], one => Assert.Equal(0, one));
    }

    [Fact]
    public void Recover_NothingKnownOfSyncs_FileCutAnywhereInTheTail_KeepsEveryWholeRecordAndGoesOn()
    {
        Write(30);
        var whole = File.ReadAllBytes(Segment);

        for (var length = _ends[9]; length < _ends[12]; length++)
        {
            File.WriteAllBytes(Segment, whole[..(int)length]);
            var kept = Enumerable.Range(1, 30).Count(record => PayloadEnd(whole, record) <= length);

            AssertGoesOnAfter(kept);
        }
    }

    [Fact]
    public void Recover_NothingKnownOfSyncs_SectorsOfTheLastRecordBlank_WipesItAndGoesOn()
    {
        Write(3, valueLength: 1500);
        var whole = File.ReadAllBytes(Segment);
        var (start, end) = (_ends[2], _ends[3]);

        for (var sector = start / 512 * 512; sector < end; sector += 512)
        {
            var torn = (byte[])whole.Clone();
            var (from, to) = (long.Max(sector, start), long.Min(sector + 512, PayloadEnd(whole, 3)));
            Array.Clear(torn, (int)from, (int)(to - from));
            File.WriteAllBytes(Segment, torn);

            AssertGoesOnAfter(2);
        }
    }

    [Fact]
    public void Recover_AnyBitFlipped_RefusesAndNamesFileAndOffset()
    {
        Write(12);
        var whole = File.ReadAllBytes(Segment);
        var random = new Random(7);

        for (var i = 0; i < 300; i++)
        {
            var at = random.Next((int)_ends[^1]);
            var record = _ends.FindIndex(end => at < end);
            if (at >= PayloadEnd(whole, record)) continue;      // the zeroes between records say nothing
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Segment, damaged);

            var refusal = Assert.Throws<InvalidDataException>(() => Recover());

            Assert.StartsWith($"{Segment} is damaged at offset {(record == 0 ? 0 : _ends[record - 1])}: ", refusal.Message, StringComparison.Ordinal);
            Assert.Equal(damaged, File.ReadAllBytes(Segment));
        }
    }

    [Fact]
    public void Recover_ABitFlippedBetweenRecordsOrAfterThem_IsHarmless()
    {
        Write(12);
        var whole = File.ReadAllBytes(Segment);

        foreach (var at in Enumerable.Range(1, 11).SelectMany(record => Range(PayloadEnd(whole, record), _ends[record])).Concat(Range(_ends[12], 8192).Where(at => at % 97 == 0)))
        {
            var damaged = (byte[])whole.Clone();
            damaged[at] ^= 0x10;
            File.WriteAllBytes(Segment, damaged);

            AssertGoesOnAfter(12);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(11)]
    [InlineData(40)]
    public void Recover_SyncedRecordsCutOff_Refuses(int bytes)
    {
        _options.Fsync = FsyncMode.Always;
        Write(12);
        var whole = File.ReadAllBytes(Segment);
        File.WriteAllBytes(Segment, whole[..(int)(PayloadEnd(whole, 12) - bytes)]);

        Assert.Contains($"records up to {_ends[12]} were acknowledged, and are gone", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_SyncedRecordBlank_Refuses()
    {
        _options.Fsync = FsyncMode.Always;
        Write(12);
        var whole = File.ReadAllBytes(Segment);
        Array.Clear(whole, (int)_ends[11], (int)(_ends[12] - _ends[11]));
        File.WriteAllBytes(Segment, whole);

        Assert.StartsWith($"{Segment} is damaged at offset {_ends[11]}: records up to {_ends[12]} were acknowledged", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_FileCutBehindTheLastRecord_IsHarmless()
    {
        _options.Fsync = FsyncMode.Always;
        Write(12);
        var whole = File.ReadAllBytes(Segment);

        for (var length = _ends[12]; length < 8192; length += 777)
        {
            File.WriteAllBytes(Segment, whole[..(int)length]);

            Assert.Equal(13, Recover());
            Assert.Equal(8192, new FileInfo(Segment).Length);
        }
    }

    [Fact]
    public void Recover_MarkUnreadable_OnlyCostsWhatItKnew()
    {
        _options.Fsync = FsyncMode.Always;
        Write(12);
        var mark = _directory.File("synced");

        foreach (var content in new[] { [], new byte[7], new byte[4096], Enumerable.Repeat((byte)0xff, 4096).ToArray() })
        {
            File.WriteAllBytes(mark, content);
            Assert.Equal(13, Recover());
        }
        File.Delete(mark);
        Assert.Equal(13, Recover());
    }

    [Fact]
    public void Recover_AnyBitOfTheMarkFlipped_IsHarmless()
    {
        _options.Fsync = FsyncMode.Always;
        Write(12);
        var mark = _directory.File("synced");
        var whole = File.ReadAllBytes(mark);

        for (var bit = 0; bit < 40 * 8; bit++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(mark, damaged);

            Assert.Equal(13, Recover());
        }
    }

    [Fact]
    public void Recover_SealedSegmentCutAtARecord_Refuses()
    {
        _options.SegmentBytes = 1000;
        Write(100);
        var first = Segments[0];
        var whole = File.ReadAllBytes(first);
        Array.Clear(whole, (int)_ends[5], whole.Length - (int)_ends[5]);
        File.WriteAllBytes(first, whole);

        Assert.StartsWith($"{first} is damaged at offset {_ends[5]}: ", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_SegmentMissing_Refuses()
    {
        _options.SegmentBytes = 1000;
        Write(100);
        File.Delete(Segments[1]);

        Assert.Contains("log segment 2 is missing", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_LastSegmentMissing_RefusesIfItWasSyncedTo()
    {
        (_options.SegmentBytes, _options.Fsync) = (1000, FsyncMode.Always);
        Write(100);
        var last = Segments.Length;
        File.Delete(Segments[^1]);

        Assert.Contains($"log segment {last} is missing", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_SegmentUnderAnothersName_Refuses()
    {
        _options.SegmentBytes = 1000;
        Write(100);
        File.Copy(Segments[0], Segments[1], overwrite: true);

        Assert.StartsWith($"{Segments[1]} is damaged at offset 0: it is segment 1 from revision 2 on, under another name", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Recover_UnfinishedSegment_IsRemovedAndMadeAnew()
    {
        Write(5);
        File.WriteAllBytes(_directory.File("log-00000002-00000000000000000007.wal.tmp"), new byte[8192]);

        Assert.Equal(6, Recover());
        Assert.Single(Directory.GetFiles(_directory.Path, "log-*"));
    }

    private string[] Segments => [.. Directory.GetFiles(_directory.Path, "log-*.wal").Order(StringComparer.Ordinal)];

    private string Segment => Assert.Single(Segments);

    private OpenStore Open() => new(_directory.Path, _options);

    private long Recover()
    {
        using var open = Open();
        return open.Store.Current.Revision;
    }

    private string Refusal() => Assert.Throws<InvalidDataException>(() => Recover()).Message;

    // One record each.
    private void Write(int count, int valueLength = 8)
    {
        using var open = Open();
        _ends.Add(open.Log.Bytes);
        for (var i = 0; i < count; i++)
        {
            open.Put($"key{i % 3}", new string((char)('a' + (i % 26)), valueLength));
            _ends.Add(open.Log.Bytes);
        }
    }

    // The recovery, a further write over what was wiped, and that one's recovery.
    private void AssertGoesOnAfter(int records)
    {
        using (var open = Open())
        {
            Assert.Equal(records + 1, open.Store.Current.Revision);      // revision 1 is the empty store
            Assert.Equal(_ends[records], open.Log.Bytes);
            open.Put("after", "cut");
        }
        Assert.Equal(records + 2, Recover());
        Assert.Equal(8192, new FileInfo(Segment).Length);
    }

    // Without the zeroes up to the next record.
    private long PayloadEnd(byte[] file, int record)
    {
        var start = record == 0 ? 0 : (int)_ends[record - 1];
        return start + Frame.HeaderSize + BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(start));
    }

    private static IEnumerable<long> Range(long from, long to)
    {
        for (var i = from; i < to; i++) yield return i;
    }
}
