using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Commit;

/// <summary>The writer when the log has no room.</summary>
public sealed class FullDiskTests : IAsyncLifetime
{
    private readonly SmallLog _log = new();
    private readonly MvccStore _store = new();
    private readonly RecordingHub _watches = new();
    private readonly List<LogFullException> _reports = [];
    private readonly CommitPipeline _pipeline;
    private readonly Task _running;

    public FullDiskTests()
    {
        _pipeline = new CommitPipeline(_log, _store, _watches, new StoreOptions()) { Full = _reports.Add };
        _running = Task.Factory.StartNew(_pipeline.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        _pipeline.Complete();
        await _running.OrMissing("the end of the pipeline");
    }

    [Fact]
    public async Task Commit_NoRoom_IsRefusedAndLeavesNothingBehind()
    {
        await PutAsync("a");
        _log.IsFull = true;

        var refused = await PutAsync("a");

        Assert.Equal("etcdserver: mvcc: database space exceeded", refused.Error!.Text);
        Assert.Equal(Grpc.Core.StatusCode.ResourceExhausted, refused.Error.Code);
        Assert.Equal([2L], _watches.Notified);
        Assert.Equal(2, _store.Current.Revision);
        Assert.Equal(2, _store.Range(new RangeRequest { Key = Bytes("a") }).Value!.Kvs.Single().ModRevision);
        Assert.Equal([AlarmType.Nospace], _store.Current.Alarms);
        Assert.Single(_reports);
    }

    [Fact]
    public async Task Commit_RoomAgain_TakesWhatMakesRoomAtOnceAndPutsOnceTheAlarmIsCleared()
    {
        await PutAsync("a");
        _log.IsFull = true;
        await PutAsync("b");
        _log.IsFull = false;

        Assert.Equal("etcdserver: mvcc: database space exceeded", (await PutAsync("c")).Error!.Text);
        var delete = await CommitAsync(new DeleteRangeRequest { Key = Bytes("a") });
        var disarm = await CommitAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, Alarm = AlarmType.Nospace });
        var put = await PutAsync("d");

        Assert.Equal(3, ((DeleteRangeResponse)delete.Value!).Header.Revision);
        Assert.Single(((AlarmResponse)disarm.Value!).Alarms);
        Assert.Equal(4, ((PutResponse)put.Value!).Header.Revision);
        Assert.Equal([2L, 3L, 4L], _watches.Notified);
        // The alarm is in the log before the first batch that found room.
        Assert.Equal(["RevisionEntry", "AlarmEntry True", "RevisionEntry", "AlarmEntry False", "RevisionEntry"], _log.Written);
    }

    [Fact]
    public async Task Commit_NoRoomForLong_OwesTheAlarmOnce()
    {
        _log.IsFull = true;
        await PutAsync("a");
        for (var i = 0; i < 3; i++) Assert.NotNull((await CommitAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Activate, Alarm = AlarmType.Corrupt })).Error);
        _log.IsFull = false;

        await CommitAsync(new AlarmRequest { Action = AlarmRequest.Types.AlarmAction.Deactivate, Alarm = AlarmType.Nospace });
        await PutAsync("b");

        Assert.Equal(["AlarmEntry True", "AlarmEntry False", "RevisionEntry"], _log.Written);
        Assert.Empty(_store.Current.Alarms);
    }

    [Fact]
    public async Task Commit_NothingToLog_IsAnsweredAsEver()
    {
        _log.IsFull = true;
        await PutAsync("a");

        Assert.Equal(0, ((DeleteRangeResponse)(await CommitAsync(new DeleteRangeRequest { Key = Bytes("none") })).Value!).Deleted);
        Assert.Equal("etcdserver: mvcc: required revision is a future revision", (await CommitAsync(new CompactionRequest { Revision = 99 })).Error!.Text);
    }

    [Fact]
    public async Task SealLog_DiskFull_SaysSoAndGoesOn()
    {
        _log.IsFull = true;
        Assert.Throws<LogFullException>(_pipeline.SealLog);

        _log.IsFull = false;
        _pipeline.SealLog();
        Assert.False((await PutAsync("a")).IsRefused);

        Assert.Equal(["Seal", "RevisionEntry"], _log.Written);
    }

    private Task<Outcome<IMessage>> PutAsync(string key) => CommitAsync(new PutRequest { Key = Bytes(key) });

    private Task<Outcome<IMessage>> CommitAsync(IMessage request) => _pipeline.CommitAsync(request, CancellationToken.None).AsTask().OrMissing("the answer");

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    private sealed class SmallLog : IWriteAheadLog
    {
        public volatile bool IsFull;

        public List<string> Written { get; } = [];

        public void AppendAndSync(IReadOnlyList<LogEntry> entries)
        {
            if (IsFull) throw new LogFullException(new IOException("No space left on device"));
            Written.AddRange(entries.Select(entry => entry is AlarmEntry alarm ? $"AlarmEntry {alarm.IsRaised}" : entry.GetType().Name));
        }

        public void Seal()
        {
            if (IsFull) throw new LogFullException(new IOException("No space left on device"));
            Written.Add("Seal");
        }
    }

    private sealed class RecordingHub : IWatchHub
    {
        public List<long> Notified { get; } = [];

        public void Notify(IReadOnlyList<LogEntry> published) => Notified.AddRange(published.OfType<RevisionEntry>().Select(entry => entry.Revision));
    }
}
