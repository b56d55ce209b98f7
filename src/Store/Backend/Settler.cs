using System.Threading.Channels;

using Google.Protobuf;

using MiniK8s.Store.Failpoints;
using MiniK8s.Store.Mvcc;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Backend;

/// <summary>Brings sealed log segments into the backend, oldest first, and removes each once the backend has synced past it.</summary>
/// <remarks>
/// It reads the segments from disk, on a thread of its own: writers neither wait for it nor fill a queue for it. If it falls behind, segments
/// pile up, and its pauses get shorter. A defragmentation settles on its own thread, in turn with this one and without pauses.
/// What it has not settled yet is in the log, so stopping at any moment costs nothing.
/// <code>
/// after             | found at the next start                 | done then
/// ------------------+-----------------------------------------+--------------------------------------
/// any row           | the backend as of its last transaction  | the log is replayed from there
/// a commit          | part of a segment, or all of it, settled| the log is replayed from there
/// the segment's end | a segment that is settled               | it is removed
/// </code>
/// </remarks>
internal sealed partial class Settler(
    IBackend backend,
    BackendReader recovered,
    MvccStore store,
    DataDirectory directory,
    WriteAheadLog log,
    TimeProvider time,
    ILogger<Settler> logger) : BackgroundService
{
    // Bytes of the log in one transaction: enough that its syncs cost little per row; LiteDB keeps the room of the largest for ever,
    // and past 162 pages of 8 KiB takes 500 more at once.
    private const int TransactionBytes = 1 << 19;

    // One segment waits: three times as long at rest as at work. More wait: less rest.
    private const double RestForOne = 3;

    private static readonly TimeSpan _retryAfter = TimeSpan.FromSeconds(5);

    private readonly Channel<bool> _bell = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();        // guards the backend and what follows; before the log's own lock
    private readonly Pins _pins = new();
    private readonly Pace _pace = new(time);
    private readonly BackendHome _home = new(backend);
    private Settlement? _settlement;            // null after a failure, and before the first segment
    private long _next = recovered.Meta.Segment;        // the first segment that is not settled wholly
    private bool _isDisposed;
    private bool _hasFailed;                    // what recovery read may be behind the file since
    private (long File, long Used) _bytes = (backend.FileBytes, backend.UsedBytes);

    /// <summary>What the engine is called: SQLite, LiteDB.</summary>
    public string BackendName => backend.Name;

    /// <summary>Length of the backend's file.</summary>
    public long FileBytes => Volatile.Read(ref _bytes.File);

    /// <summary>Length of the backend's file but for free pages.</summary>
    public long UsedBytes => Volatile.Read(ref _bytes.Used);

    /// <summary>Gives the backend's free pages back to the file system. Blocks the caller, and settling, but no write.</summary>
    /// <exception cref="IOException">The disk refused; the backend is as it was.</exception>
    public void Defragment()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            backend.Defragment();
            Measure();
        }
    }

    /// <summary>Keeps the backend from giving up what the state published next can read, until disposed: no segment settles meanwhile.</summary>
    public IDisposable Pin() => _pins.Take();

    /// <summary>Settles every sealed segment there is now, once nothing is pinned. Any thread; several take turns. Cancelled between transactions.</summary>
    /// <exception cref="IOException">The disk refused; what was not settled is still in the log.</exception>
    /// <exception cref="InvalidDataException">A segment or the backend is not as it was written.</exception>
    public void SettleAll(CancellationToken ct)
    {
        do _pins.WaitForNone(ct);
        while (SettleNext(ct));
    }

    /// <summary>As <see cref="SettleAll"/>, and without pauses, whichever thread is at it.</summary>
    public void SettleNow(CancellationToken ct)
    {
        _pace.Hurry();
        try
        {
            SettleAll(ct);
        }
        finally
        {
            _pace.Relax();
        }
    }

    /// <summary>Waits until nobody is at the backend; later comers are refused.</summary>
    public override void Dispose()
    {
        lock (_gate) _isDisposed = true;
        _pins.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _pace.Stopping = stoppingToken;
        log.SegmentSealed = () => _bell.Writer.TryWrite(true);
        return Task.Factory.StartNew(() => Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private void Run(CancellationToken stopping)
    {
        try
        {
            log.DropSettled();
            while (!stopping.IsCancellationRequested)
            {
                if (!TrySettleAll(stopping)) Task.Delay(_retryAfter, time, stopping).GetAwaiter().GetResult();
                else _bell.Reader.ReadAsync(stopping).AsTask().GetAwaiter().GetResult();
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // What is not settled is replayed at the next start.
        }
        catch (InvalidDataException ex)
        {
            LogDamaged(logger, ex);
            throw;      // the host stops: what the disk holds is no longer what was written
        }
    }

    private bool TrySettleAll(CancellationToken stopping)
    {
        try
        {
            SettleAll(stopping);
            return true;
        }
        catch (IOException ex)
        {
            LogRefused(logger, backend.File, ex);
            GiveUpRoom();
            return false;
        }
    }

    // Should the disk be full.
    private void GiveUpRoom()
    {
        try
        {
            log.DropAllSettled();
        }
        catch (IOException ex)
        {
            LogRefused(logger, directory.Path, ex);
        }
    }

    // Which segments wait, and whether there are pins, is asked inside the gate: another thread may have been at it.
    private bool SettleNext(CancellationToken ct)
    {
        lock (_gate)
        {
            ct.ThrowIfCancellationRequested();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            var waiting = log.SealedSegments().FindAll(segment => segment.Number >= _next);
            if (waiting.Count == 0) return false;
            // The segments first: what was sealed before a pin was taken gives up nothing that it protects.
            if (_pins.Any) return true;

            _pace.Rest = RestForOne / waiting.Count;
            if (!TrySettle(waiting[0], ct)) return true;
            Fail.At(Failpoint.BeforeSegmentDrop);
            log.DropSettled();
            return true;
        }
    }

    private bool TrySettle(SegmentName segment, CancellationToken ct)
    {
        try
        {
            var settlement = _settlement ??= Load();
            if (!TrySettle(settlement, segment, settlement.Meta.Segment == segment.Number ? settlement.Meta.Offset : 0, ct)) return false;
            LogSettled(logger, segment.File, settlement.Meta.Revision, settlement.Meta.CompactRevision, settlement.Meta.Count, FileBytes);
            return true;
        }
        catch
        {
            (_settlement, _hasFailed) = (null, true);
            backend.Rollback();
            throw;
        }
    }

    // False when it was cancelled, with some of the segment settled and no transaction running.
    private bool TrySettle(Settlement settlement, SegmentName segment, long settled, CancellationToken ct)
    {
        settlement.Begin();
        foreach (var (end, entries) in SealedSegment.Read(segment, settled))
        {
            foreach (var entry in entries) settlement.Apply(entry);
            if (end - settled < TransactionBytes) continue;
            Commit(settlement, segment, settled = end);
            if (ct.IsCancellationRequested) return false;
            settlement.Begin();
        }
        Commit(settlement, segment, upTo: null);
        return true;
    }

    // The segment up to this offset, or all of it. Its home first: the log may drop it as soon as it knows.
    private void Commit(Settlement settlement, SegmentName segment, long? upTo)
    {
        var (next, offset) = upTo is { } place ? (segment.Number, place) : (segment.Number + 1, 0);
        Fail.At(Failpoint.SettleBeforeCommit);
        settlement.Commit(next, offset);
        Fail.At(Failpoint.SettleAfterCommit);
        if (upTo is null) directory.HomeOf(segment).Settle(_home);
        _next = next;
        log.Settled(next, offset);
        Measure();
    }

    // The first time what recovery read will do.
    private Settlement Load()
    {
        var reader = _hasFailed ? Reread() : recovered;
        var newest = reader.TakeNewest().ToDictionary(row => Shared(row.Key), row => row.Value);
        return new Settlement(backend, reader.Meta, newest) { Step = _pace.Step, Share = Shared };
    }

    // After a transaction that failed: what is in memory may be ahead of the file.
    private BackendReader Reread()
    {
        var reader = new BackendReader(backend);
        foreach (var _ in reader.Entries())
        {
            // Read for the checks and for which row of each key is its newest.
        }
        return reader;
    }

    private ByteString Shared(ByteString key) => store.Current.Tree.Find(key)?.Key ?? ByteString.CopyFrom(key.Span);

    private void Measure()
    {
        Volatile.Write(ref _bytes.File, backend.FileBytes);
        Volatile.Write(ref _bytes.Used, backend.UsedBytes);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Settled {Segment}: the backend is at revision {Revision}, compacted at {CompactRevision}, {Rows} rows, {Bytes} bytes")]
    private static partial void LogSettled(ILogger logger, string segment, long revision, long compactRevision, long rows, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{File} could not take a log segment; the log grows until it can. Trying again in a few seconds")]
    private static partial void LogRefused(ILogger logger, string file, Exception exception);

    [LoggerMessage(Level = LogLevel.Critical, Message = "Data on disk have changed since they were written; stopping")]
    private static partial void LogDamaged(ILogger logger, Exception exception);
}
