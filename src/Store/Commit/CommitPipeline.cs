using System.Threading.Channels;

using Google.Protobuf;

using MiniK8s.Protocol.Etcd;
using MiniK8s.Store.EtcdServices;
using MiniK8s.Store.Failpoints;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;
using MiniK8s.Store.Watch;

namespace MiniK8s.Store.Commit;

/// <summary>The store's only writer: takes what has queued, makes it durable with one sync, then shows it.</summary>
/// <remarks>
/// Order within a batch: stage, log, sync, publish, notify, answer. Nothing is readable, watched or
/// acknowledged before the sync returns. A failed sync is final: what reached the disk is unknown.
/// A disk without room is not: the batch is taken back, its writes are refused, and NOSPACE is raised, in memory first and
/// in the log with the next batch that finds room.
/// While one batch syncs, the next one queues, so the batch grows with the load and the slowness of the disk.
/// </remarks>
internal sealed class CommitPipeline(IWriteAheadLog log, MvccStore store, IWatchHub watches, StoreOptions options)
{
    private readonly Channel<PendingCommit> _queue = Channel.CreateBounded<PendingCommit>(
        new BoundedChannelOptions(options.QueueLimit) { SingleReader = true });

    private PendingCommit? _carriedOver;        // taken from the queue, too big for the batch it came to
    private LogEntry? _owed;                    // an alarm that is raised and not logged

    /// <summary>Called on the writer's thread with every batch that was published, before its callers are answered; must be brief.</summary>
    public Action<IReadOnlyList<LogEntry>>? Published { get; init; }

    /// <summary>Called on the writer's thread when the log had no room for a batch; must be brief.</summary>
    public Action<LogFullException>? Full { get; init; }

    /// <summary>Counts and times the batches; may be left out.</summary>
    public StoreMetrics? Metrics { get; init; }

    /// <summary>Queues a write and waits for its outcome. Cancelling stops the wait for room in the queue; a queued write is past recall.</summary>
    /// <exception cref="StoreStoppedException">The store is stopping, or a sync failed: whether the write is in is unknown.</exception>
    public async Task<Outcome<IMessage>> CommitAsync(IMessage request, CancellationToken ct)
    {
        var pending = new PendingCommit(request, request.CalculateSize());
        if (!_queue.Writer.TryWrite(pending)) await WaitForRoomAsync(pending, ct);
        return await pending.Completion;
    }

    /// <summary>Takes no further writes; <see cref="Run"/> ends when those queued are done.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Runs on a thread of its own until the queue is closed and empty, or throws at the first failed sync.</summary>
    public void Run()
    {
        var batch = new List<PendingCommit>(options.MaxBatch);
        try
        {
            while (WaitForWork())
            {
                var began = Metrics?.Begin() ?? 0;
                TakeBatch(batch);
                CommitBatch(batch);
                Metrics?.End(began, batch.Count);
                batch.Clear();
            }
        }
        catch (Exception ex)
        {
            _queue.Writer.TryComplete();
            FailAll(batch, new StoreStoppedException(ex));
            throw;                              // the host stops; recovery starts from the log
        }
    }

    // The sync blocks this thread anyway, so it waits here as well, and no pool thread is ever held.
    private bool WaitForWork()
    {
        if (_carriedOver is not null) return true;
        var ready = _queue.Reader.WaitToReadAsync();
        return ready.IsCompletedSuccessfully ? ready.Result : ready.AsTask().GetAwaiter().GetResult();
    }

    private void TakeBatch(List<PendingCommit> batch)
    {
        var bytes = 0L;
        while (batch.Count < options.MaxBatch)
        {
            var next = _carriedOver;
            if (next is null && !_queue.Reader.TryRead(out next)) return;
            _carriedOver = null;

            if (batch.Count > 0 && bytes + next.Size > options.MaxBatchBytes)
            {
                _carriedOver = next;
                return;
            }
            bytes += next.Size;
            batch.Add(next);
        }
    }

    private void CommitBatch(List<PendingCommit> batch)
    {
        var staged = store.Stage();             // each transaction sees those before it in the batch
        if (_owed is not null) staged.Owe(_owed);
        foreach (var pending in batch) pending.Decide(staged.Apply(pending.Request));     // a refusal is a result, not an exception
        if (!staged.IsEmpty)
        {
            try
            {
                MakeDurable(staged);
            }
            catch (LogFullException ex)
            {
                TakeBack(staged, batch, ex);
            }
            Fail.At(Failpoint.BeforeAnswer);
        }
        foreach (var pending in batch) pending.Answer(here: batch.Count == 1);
    }

    private void MakeDurable(StagedBatch staged)
    {
        var isCompacting = staged.Entries.Any(entry => entry is CompactionEntry);
        if (isCompacting) Fail.At(Failpoint.CompactionStaged);
        log.AppendAndSync(staged.Entries);
        _owed = null;
        store.Publish(staged);
        Fail.At(Failpoint.AfterPublish);
        watches.Notify(staged.Entries);
        Published?.Invoke(staged.Entries);
    }

    // All of the batch, refusals too: they were decided on top of writes that never were.
    private void TakeBack(StagedBatch staged, List<PendingCommit> batch, LogFullException reason)
    {
        staged.Undo();
        foreach (var pending in batch) pending.Decide(EtcdErrors.NoSpace);
        if (!store.Current.Alarms.Contains(AlarmType.Nospace))
        {
            store.Raise(AlarmType.Nospace);
            _owed = new AlarmEntry(AlarmType.Nospace, true);
        }
        Full?.Invoke(reason);
    }

    private async ValueTask WaitForRoomAsync(PendingCommit pending, CancellationToken ct)
    {
        try
        {
            await _queue.Writer.WriteAsync(pending, ct);
        }
        catch (ChannelClosedException ex)
        {
            throw new StoreStoppedException(ex);
        }
    }

    private void FailAll(List<PendingCommit> batch, StoreStoppedException reason)
    {
        _carriedOver?.Fail(reason);
        foreach (var pending in batch) pending.Fail(reason);
        while (_queue.Reader.TryRead(out var queued)) queued.Fail(reason);
    }
}

/// <summary>The store takes no more writes. What happened to those in flight is known only from the log.</summary>
internal sealed class StoreStoppedException(Exception inner) : Exception("the store has stopped taking writes", inner);
