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
/// <code>
/// a write comes                                      | it is committed
/// ---------------------------------------------------+-------------------------------------------------------------
/// nobody writes, nobody waits, nor did so just now   | on its caller's own thread: no other has to be woken for it
/// otherwise                                          | by the writer's thread, with all that has queued
/// </code>
/// Either way under the one lock: there is one writer at a time, whichever thread it runs on.
/// Order within a batch: stage, log, sync, publish, notify, answer. Nothing is readable, watched or
/// acknowledged before the sync returns. A failed sync is final: what reached the disk is unknown.
/// A disk without room is not: the batch is taken back, its writes are refused, and NOSPACE is raised, in memory first and
/// in the log with the next batch that finds room.
/// While one batch syncs, the next one queues, so the batch grows with the load and the slowness of the disk.
/// </remarks>
internal sealed class CommitPipeline(IWriteAheadLog log, MvccStore store, IWatchHub watches, StoreOptions options)
{
    // So many batches of one write in a row, and it is taken for the only one again: a thread that syncs leaves all other calls waiting.
    private const int AloneAfter = 8;

    // What a write wakes is the writer's thread itself, and no thread of the pool that would do it.
    private readonly Channel<PendingCommit> _queue = Channel.CreateBounded<PendingCommit>(
        new BoundedChannelOptions(options.QueueLimit) { SingleReader = true, AllowSynchronousContinuations = true });

    private readonly AutoResetEvent _bell = new(false);
    private readonly Lock _turn = new();        // the right to write; guards what follows
    private PendingCommit? _carriedOver;        // taken from the queue, too big for the batch it came to
    private LogEntry? _owed;                    // an alarm that is raised and not logged
    private bool _isClosed;                     // no lone writes any more; the queue has its own end
    private Exception? _failure;                // after it the log must not be written again
    private volatile int _company;              // batches until a write is taken for the only one; read outside too

    /// <summary>Called by the writer with every batch that was published, before its callers are answered; must be brief.</summary>
    public Action<IReadOnlyList<LogEntry>>? Published { get; init; }

    /// <summary>Called by the writer when the log had no room for a batch; must be brief.</summary>
    public Action<LogFullException>? Full { get; init; }

    /// <summary>Whether work waits for a thread of the pool. It is likely to be another write.</summary>
    public Func<bool> OthersWait { get; init; } = () => ThreadPool.PendingWorkItemCount > 0;

    /// <summary>Counts and times the batches; may be left out.</summary>
    public StoreMetrics? Metrics { get; init; }

    private bool OthersQueued => _queue.Reader.Count > 0;

    /// <summary>
    /// Commits a write and gives its outcome, to be awaited once: <see cref="EtcdErrors.Stopped"/> when the store is stopping, or a sync failed and
    /// whether the write is in is unknown. Cancelling stops the wait for room in the queue; a queued write is past recall.
    /// </summary>
    public ValueTask<Outcome<IMessage>> CommitAsync(IMessage request, CancellationToken ct)
    {
        var pending = new PendingCommit(request, request.CalculateSize());
        if (TryCommitHere(pending)) return new(pending.Outcome);
        return _queue.Writer.TryWrite(pending) ? pending.Completion : new(QueueAsync(pending, ct));
    }

    /// <summary>Has the log begin a new segment, between two batches. Blocks its caller's thread for as long as both take.</summary>
    /// <exception cref="LogFullException">The disk has no room for one; nothing has changed.</exception>
    /// <exception cref="StoreStoppedException">The store is stopping, or the disk refused.</exception>
    public void SealLog()
    {
        lock (_turn)
        {
            if (_isClosed) throw new StoreStoppedException(_failure ?? new ChannelClosedException());
            try
            {
                log.Seal();
            }
            catch (Exception ex) when (ex is not LogFullException)
            {
                Close(ex);                      // as after a batch
                throw new StoreStoppedException(ex);
            }
        }
    }

    /// <summary>Takes no further writes; <see cref="Run"/> ends when those queued are done.</summary>
    public void Complete() => Close(null);

    /// <summary>Runs on a thread of its own until the queue is closed and empty, or throws at the first failed sync.</summary>
    public void Run()
    {
        var batch = new List<PendingCommit>(options.MaxBatch);
        try
        {
            while (WaitForWork())
            {
                lock (_turn)
                {
                    if (_failure is not null) throw _failure;
                    TakeBatch(batch);
                    CommitBatch(batch);
                    _company = batch.Count > 1 || OthersQueued ? AloneAfter : int.Max(0, _company - 1);
                }
                foreach (var pending in batch) pending.Answer();
                batch.Clear();
            }
        }
        catch (Exception ex)
        {
            Close(ex);
            StopAll(batch);
            throw;                              // the host stops; recovery starts from the log
        }
    }

    // Blocks its caller's thread for one sync; there is never more than one such thread. A write that waits for this very thread would
    // wait for that sync and then for its own: better to leave the thread to it, and sync both at once.
    private bool TryCommitHere(PendingCommit pending)
    {
        if (_company > 0 || OthersQueued || OthersWait() || !_turn.TryEnter()) return false;
        try
        {
            if (_isClosed) return false;
            CommitBatch([pending]);
            if (OthersQueued || OthersWait()) _company = AloneAfter;
            return true;
        }
        catch (Exception ex)
        {
            Close(ex);                          // ends the writer's thread as well, and with it the process, which reports it
            pending.Decide(EtcdErrors.Stopped);
            return true;
        }
        finally
        {
            _turn.Exit();
        }
    }

    // A lone write that runs now is waited for, and none runs after.
    private void Close(Exception? failure)
    {
        lock (_turn) (_isClosed, _failure) = (true, _failure ?? failure);
        _queue.Writer.TryComplete(failure);
    }

    // The sync blocks this thread anyway, so it waits here as well, and no pool thread is ever held. A task's wait would spin first, and
    // take the processor from those who are about to bring the next write.
    private bool WaitForWork()
    {
        if (_carriedOver is not null) return true;
        var ready = _queue.Reader.WaitToReadAsync().GetAwaiter();
        if (!ready.IsCompleted)
        {
            ready.UnsafeOnCompleted(Ring);
            _bell.WaitOne();
        }
        return ready.GetResult();
    }

    private void Ring() => _bell.Set();

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

    private void CommitBatch(IReadOnlyList<PendingCommit> batch)
    {
        var began = Metrics?.Begin() ?? 0;
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
        Metrics?.End(began, batch.Count);
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
    private void TakeBack(StagedBatch staged, IReadOnlyList<PendingCommit> batch, LogFullException reason)
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

    // There was no room at first.
    private async Task<Outcome<IMessage>> QueueAsync(PendingCommit pending, CancellationToken ct)
    {
        try
        {
            await _queue.Writer.WriteAsync(pending, ct);
        }
        catch (ChannelClosedException)
        {
            return EtcdErrors.Stopped;
        }
        return await pending.Completion;
    }

    private void StopAll(List<PendingCommit> batch)
    {
        if (_carriedOver is not null) Stop(_carriedOver);
        batch.ForEach(Stop);
        while (_queue.Reader.TryRead(out var queued)) Stop(queued);
    }

    private static void Stop(PendingCommit pending)
    {
        pending.Decide(EtcdErrors.Stopped);
        pending.Answer();
    }
}

/// <summary>The store takes no more writes.</summary>
internal sealed class StoreStoppedException(Exception inner) : Exception("the store has stopped taking writes", inner);
