using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>No answer without a sync, and what the log does when the disk does not.</summary>
public sealed class LogSyncTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly CountingFiles _files = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Commit_EveryBatch_IsSyncedBetweenItsWriteAndItsFirstAnswer()
    {
        using var open = Open(segmentBytes: 20_000);
        var (before, batches, unsynced) = (_files.Syncs, 0, 0);
        var log = new Watched(open.Log, () => batches++);
        var pipeline = new CommitPipeline(log, open.Store, new NoWatches(), new StoreOptions())
        {
            Published = _ => unsynced += _files.Unsynced,       // before the answers, on the writer's thread
        };
        var running = Task.Factory.StartNew(pipeline.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(client => Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++) Assert.Null((await pipeline.CommitAsync(Put($"{client}/{i}"), CancellationToken.None)).Error);
        }))).OrMissing("1600 answers");
        pipeline.Complete();
        await running.OrMissing("the end of the pipeline");

        Assert.Equal(0, unsynced);
        Assert.InRange(batches, 100, 1600);
        Assert.Equal(batches, open.Log.Syncs);
        Assert.InRange(_files.Syncs - before, batches + 1, batches + 50);      // the heads of new segments too
        Assert.Equal(1601, open.Store.Current.Revision);
    }

    [Fact]
    public void Append_NoRoomForASegment_TakesNothingAndGoesOnWhenThereIsRoom()
    {
        using (var open = Open(segmentBytes: 4096))
        {
            open.Put("a", new string('x', 3000));
            _files.IsFull = true;
            var (bytes, segments) = (open.Log.Bytes, Segments);

            Assert.Throws<LogFullException>(() => open.Put("b", new string('y', 3000)));
            Assert.Throws<LogFullException>(() => open.Put("b", new string('y', 3000)));
            Assert.Equal((bytes, segments.Length), (open.Log.Bytes, Segments.Length));
            Assert.Equal(segments, Segments);
            open.Put("c", "small enough for what is left");

            _files.IsFull = false;
            open.Put("b", new string('y', 3000));
            Assert.Equal(2, Segments.Length);
        }

        using var again = Open(segmentBytes: 4096);
        Assert.Equal(["a", "b", "c"], again.Store.Current.LiveAt(4).Select(version => version.Key.ToStringUtf8()));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    [InlineData(2999)]
    public void Append_RoomEndsInsideAFrame_TakesItBackAndGoesOn(int room)
    {
        using (var open = Open(segmentBytes: 400_000))
        {
            open.Put("a", "1");
            // The first append wrote zeroes ahead, so the frame is what meets the end of the room.
            _files.Room = room;
            Assert.Throws<LogFullException>(() => open.Put("b", new string('y', 3000)));
            _files.Room = long.MaxValue;
            open.Put("c", "3");
        }

        using var again = Open(segmentBytes: 400_000);
        Assert.Equal(["a", "c"], again.Store.Current.LiveAt(3).Select(version => version.Key.ToStringUtf8()));
    }

    [Fact]
    public void Append_SyncFailsForWantOfRoom_IsNotTakenForAFullDisk()
    {
        using var open = Open(segmentBytes: 4096);
        open.Put("a", "1");
        _files.SyncFailure = new IOException("No space left on device", 28);

        Assert.Same(_files.SyncFailure, Assert.Throws<IOException>(() => open.Put("b", "2")));
    }

    [Fact]
    public void Open_LastRecordOfAKilledProcess_IsSyncedBeforeItIsServed()
    {
        using (var open = Open(segmentBytes: 4096)) open.Put("a", "1");
        var before = _files.Syncs;

        using var again = Open(segmentBytes: 4096);

        Assert.Equal(before + 1, _files.Syncs);
    }

    private string[] Segments => [.. Directory.GetFiles(_directory.Path, "log-*").Order(StringComparer.Ordinal)];

    private OpenStore Open(int segmentBytes) => new(_directory.Path, new StoreOptions { SegmentBytes = segmentBytes }, _files);

    private static PutRequest Put(string key) => new() { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(key) };

    private sealed class Watched(IWriteAheadLog log, Action appended) : IWriteAheadLog
    {
        public void AppendAndSync(IReadOnlyList<LogEntry> entries)
        {
            log.AppendAndSync(entries);
            appended();
        }

        public void Seal() => log.Seal();
    }

    private sealed class NoWatches : IWatchHub
    {
        public void Notify(IReadOnlyList<LogEntry> published)
        {
            // Nobody watches.
        }
    }
}
