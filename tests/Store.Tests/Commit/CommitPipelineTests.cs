using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.Commit;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Tests.Commit;

public sealed class CommitPipelineTests
{
    [Fact]
    public async Task Commit_OneWrite_IsLoggedThenPublishedThenNotifiedThenAnswered()
    {
        var run = new Run();
        var answer = run.AloneAsync(Put("a"));
        await run.Log.Called.Task.OrMissing("the append");

        // The sync has not returned: nobody may know of the write.
        Assert.Equal(1, run.Store.Current.Revision);
        Assert.Empty(run.Watches.Notified);
        Assert.False(answer.IsCompleted);

        run.Watches.OnNotify = () =>
        {
            Assert.Equal(2, run.Store.Current.Revision);
            Assert.False(answer.IsCompleted);
        };
        run.Log.Release();
        var outcome = await answer.OrMissing("the answer");

        Assert.Equal(2, ((PutResponse)outcome.Value!).Header.Revision);
        Assert.Equal([2L], run.Watches.Notified);
        await run.EndAsync();
    }

    [Fact]
    public async Task Commit_WritesDuringASync_ShareTheNextOne()
    {
        var run = new Run();
        var first = run.AloneAsync(Put("first"));
        await run.Log.Called.Task.OrMissing("the first append");
        var others = Enumerable.Range(0, 50).Select(i => run.QueueAsync(Put($"k{i}"))).ToArray();

        run.Log.Release();
        await first.OrMissing("the first answer");
        run.Log.Release();
        var outcomes = await Task.WhenAll(others).OrMissing("the other answers");

        Assert.Equal([1, 50], run.Log.BatchSizes);
        Assert.Equal(Enumerable.Range(3, 50).Select(revision => (long)revision), outcomes.Select(outcome => ((PutResponse)outcome.Value!).Header.Revision));
        await run.EndAsync();
    }

    [Fact]
    public async Task Commit_ATransactionThatNeedsTheOneBeforeIt_SeesItInTheSameBatch()
    {
        var run = new Run();
        var blocker = run.AloneAsync(Put("blocker"));
        await run.Log.Called.Task.OrMissing("the first append");
        var put = run.QueueAsync(Put("a"));
        var txn = new TxnRequest { Compare = { new Compare { Key = Bytes("a"), Target = Compare.Types.CompareTarget.Mod, ModRevision = 3 } } };
        txn.Success.Add(new RequestOp { RequestPut = Put("b") });
        var dependent = run.QueueAsync(txn);

        run.Log.Release();
        run.Log.Release();

        Assert.True(((TxnResponse)(await dependent.OrMissing("the answer")).Value!).Succeeded);
        await Task.WhenAll(blocker, put);
        await run.EndAsync();
    }

    [Fact]
    public async Task Commit_ARefusedWrite_IsAnsweredWithoutASync()
    {
        var run = new Run();

        var outcome = await run.QueueAsync(new CompactionRequest { Revision = 99 }).OrMissing("the refusal");

        Assert.Equal("etcdserver: mvcc: required revision is a future revision", outcome.Error!.Text);
        Assert.Empty(run.Log.BatchSizes);
        await run.EndAsync();
    }

    [Fact]
    public async Task Commit_SyncFails_EndsThePipelineAndNobodyIsToldItWorked()
    {
        var run = new Run();
        var inFlight = run.AloneAsync(Put("a"));
        await run.Log.Called.Task.OrMissing("the append");
        var queued = run.QueueAsync(Put("b"));

        run.Log.Fail(new IOException("no space left"));

        Assert.Equal(EtcdErrors.Stopped, (await inFlight.OrMissing("the end of the write in flight")).Error);
        Assert.Equal(EtcdErrors.Stopped, (await queued.OrMissing("the end of the queued write")).Error);
        Assert.Equal(EtcdErrors.Stopped, (await run.QueueAsync(Put("c"))).Error);
        Assert.Equal("no space left", (await Assert.ThrowsAsync<IOException>(() => run.Running)).Message);
        Assert.Equal(1, run.Store.Current.Revision);
        Assert.Empty(run.Watches.Notified);
    }

    [Fact]
    public async Task SealLog_DiskRefuses_EndsThePipeline()
    {
        var run = new Run();

        Assert.Throws<StoreStoppedException>(run.Pipeline.SealLog);

        Assert.Equal(EtcdErrors.Stopped, (await run.QueueAsync(Put("a"))).Error);
        Assert.Throws<StoreStoppedException>(run.Pipeline.SealLog);
        Assert.Equal("sealed", (await Assert.ThrowsAsync<IOException>(() => run.Running.OrMissing("the end of the pipeline"))).Message);
    }

    [Fact]
    public async Task Commit_NobodyElseWrites_IsDoneOnTheCallersThread()
    {
        var run = new Run();
        run.Log.Release();
        var (caller, writer) = (Environment.CurrentManagedThreadId, 0);
        run.Watches.OnNotify = () => writer = Environment.CurrentManagedThreadId;

        var answer = run.QueueAsync(Put("a"));

        Assert.True(answer.IsCompletedSuccessfully);
        Assert.Equal(caller, writer);
        await run.EndAsync();
        Assert.Equal(EtcdErrors.Stopped, (await run.QueueAsync(Put("b"))).Error);
    }

    [Fact]
    public async Task Commit_OthersWaitForAThread_LeavesItToThem()
    {
        var run = new Run(othersWait: true);

        var answer = run.QueueAsync(Put("a"));      // returns, though the sync has not

        Assert.False(answer.IsCompleted);
        run.Log.Release();
        Assert.False((await answer.OrMissing("the answer")).IsRefused);
        await run.EndAsync();
    }

    [Fact]
    public async Task Commit_OthersCameWhileOneWasAlone_TheNextEightAreTheWriters()
    {
        var run = new Run();
        for (var i = 0; i < 10; i++) run.Log.Release();
        run.Watches.OnNotify = () => run.OthersWait = true;
        await run.QueueAsync(Put("alone"));
        run.OthersWait = false;
        var writers = new List<int>();
        run.Watches.OnNotify = () => writers.Add(Environment.CurrentManagedThreadId);

        for (var i = 0; i < 8; i++) await run.OnAThreadOfItsOwnAsync(Put($"k{i}"));
        var (last, caller) = await run.OnAThreadOfItsOwnAsync(Put("alone again"));

        Assert.False(last.IsRefused);
        Assert.Single(writers.Take(8).Distinct());
        Assert.DoesNotContain(caller, writers.Take(8));
        Assert.Equal(caller, writers[8]);
        await run.EndAsync();
    }

    [Fact]
    public async Task Commit_QueueFull_WaitsForRoomAndCanBeCancelled()
    {
        var run = new Run(new StoreOptions { QueueLimit = 1, MaxBatch = 1 });
        var inFlight = run.AloneAsync(Put("a"));
        await run.Log.Called.Task.OrMissing("the append");
        var queued = run.QueueAsync(Put("b"));
        using var patience = new CancellationTokenSource();
        var waiting = run.QueueAsync(Put("c"), patience.Token);

        Assert.False(waiting.IsCompleted);
        await patience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        run.Log.Release();
        run.Log.Release();
        await Task.WhenAll(inFlight, queued).OrMissing("the other answers");
        Assert.Equal(3, run.Store.Current.Revision);
        await run.EndAsync();
    }

    [Fact]
    public async Task Commit_BigWrites_AreSpreadOverBatches()
    {
        var run = new Run(new StoreOptions { MaxBatchBytes = 1000 });
        var blocker = run.AloneAsync(Put("blocker"));
        await run.Log.Called.Task.OrMissing("the first append");
        var big = Enumerable.Range(0, 3).Select(i => run.QueueAsync(Put($"k{i}", 600))).ToArray();

        for (var i = 0; i < 4; i++) run.Log.Release();
        await Task.WhenAll(big.Append(blocker)).OrMissing("the answers");

        Assert.Equal([1, 1, 1, 1], run.Log.BatchSizes);
        await run.EndAsync();
    }

    private static PutRequest Put(string key, int size = 1) => new() { Key = Bytes(key), Value = ByteString.CopyFrom(new byte[size]) };

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    private sealed class Run
    {
        public Run(StoreOptions? options = null, bool othersWait = false)
        {
            Pipeline = new CommitPipeline(Log, Store, Watches, options ?? new StoreOptions()) { OthersWait = () => OthersWait };
            OthersWait = othersWait;
            Running = Task.Factory.StartNew(Pipeline.Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        /// <summary>Whether work waits for a thread.</summary>
        public bool OthersWait { get; set; }

        public ManualLog Log { get; } = new();

        public MvccStore Store { get; } = new();

        public RecordingHub Watches { get; } = new();

        public CommitPipeline Pipeline { get; }

        public Task Running { get; }

        /// <summary>The first write, which finds nobody writing: its own thread waits for the sync.</summary>
        public Task<Outcome<IMessage>> AloneAsync(IMessage request) => Task.Run(() => QueueAsync(request));

        /// <summary>A write whose thread does nothing else, and that thread.</summary>
        public Task<(Outcome<IMessage> Outcome, int Thread)> OnAThreadOfItsOwnAsync(IMessage request) => Task.Factory.StartNew(
            () => (QueueAsync(request).GetAwaiter().GetResult(), Environment.CurrentManagedThreadId),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).OrMissing("the answer");

        /// <summary>A write while another one is under way.</summary>
        public Task<Outcome<IMessage>> QueueAsync(IMessage request, CancellationToken ct = default) => Pipeline.CommitAsync(request, ct).AsTask();

        public Task EndAsync()
        {
            Pipeline.Complete();
            return Running.OrMissing("the end of the pipeline");
        }
    }

    /// <summary>A log whose syncs return, or fail, when the test says so.</summary>
    private sealed class ManualLog : IWriteAheadLog
    {
        private readonly SemaphoreSlim _released = new(0);
        private Exception? _failure;

        public TaskCompletionSource Called { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<int> BatchSizes { get; } = [];

        public void AppendAndSync(IReadOnlyList<LogEntry> entries)
        {
            Called.TrySetResult();
            if (!_released.Wait(Patience.Limit)) throw new TimeoutException("nobody released the sync");
            if (_failure is not null) throw _failure;
            BatchSizes.Add(entries.Count);
        }

        public void Seal() => throw _failure ?? new IOException("sealed");

        public void Release() => _released.Release();

        public void Fail(Exception failure)
        {
            _failure = failure;
            _released.Release();
        }
    }

    private sealed class RecordingHub : IWatchHub
    {
        public List<long> Notified { get; } = [];

        public Action? OnNotify { get; set; }

        public void Notify(IReadOnlyList<LogEntry> published)
        {
            OnNotify?.Invoke();
            Notified.AddRange(published.OfType<RevisionEntry>().Select(entry => entry.Revision));
        }
    }
}
