using MiniK8s.Store.Failpoints;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>The log on disk: one frame per batch, one sync per batch, in segments whose files have their full length from the start.</summary>
/// <remarks>
/// The pipeline appends and seals, one thread at a time; the settler drops old segments. Made by <see cref="LogRecovery"/>.
/// How a file is written decides what a sync costs. Medians of an append and its sync on ext4 on a virtual disk, in microseconds:
/// <code>
/// bytes     file grows, fsync   preallocated, fdatasync   zeroed some way ahead   zeroed wholly, or used before
/// 512       151                 108                       104                     119
/// 2304      175                 161                       114                     128
/// 8192      -                   207                       128                     125
/// </code>
/// A growing file has its length written with every sync, and a preallocated block its state, when it is first written.
/// So zeroes are written some way ahead, together with a batch that needs its sync anyway.
/// </remarks>
internal sealed class WriteAheadLog : IWriteAheadLog, IDisposable
{
    private const int ZeroedAhead = 128 * 1024;
    private static readonly byte[] _zeroes = new byte[ZeroedAhead];
    private readonly DataDirectory _directory;
    private readonly ISegmentFiles _files;
    private readonly StoreOptions _options;
    private readonly LogMark _mark;
    private readonly FrameBuffer _frame = new();
    private readonly Lock _segmentsLock = new();       // guards _segments and what is settled; innermost
    private readonly List<SegmentName> _segments;      // oldest first; the last one is open
    private SegmentName _open;
    private ISegmentFile _file;
    private long _length;           // bytes in use of the open segment
    private long _headEnd;          // where its first record begins
    private long _zeroedTo;         // up to here its blocks have been written
    private long _bytes;
    private (int Segment, long Bytes) _settled;        // the first one that is not settled wholly; bytes up to there in the segments that are here
    private long _nextRevision;
    private long _syncs;

    /// <summary>Opens the last segment for appending.</summary>
    /// <param name="directory">Where the segments are; held by the caller.</param>
    /// <param name="files">The disk.</param>
    /// <param name="segments">The segments there, oldest first, not empty; all but the last with their lengths.</param>
    /// <param name="end">Where the last record of the last segment ends.</param>
    /// <param name="mark">Told how far the log is synced; this log's from now on.</param>
    /// <param name="nextRevision">The revision the next transaction will have.</param>
    /// <param name="options">Whether to sync, and how long a segment may get.</param>
    public WriteAheadLog(
        DataDirectory directory, ISegmentFiles files, List<SegmentName> segments, long end, LogMark mark, long nextRevision, StoreOptions options)
    {
        (_directory, _files, _segments, _mark, _nextRevision, _options) = (directory, files, segments, mark, nextRevision, options);
        (_open, _length, _zeroedTo) = (segments[^1], end, end);
        SegmentHead.Read(_open).Fill(_frame);
        _headEnd = _frame.Length;
        _file = files.Open(_open.File, options.SegmentBytes);
        // A killed process may have left its last record unsynced, or synced and not marked. It was read as part of the state, so it must stay.
        _file.Sync();
        Mark();
        if (options.Fsync == FsyncMode.Always) mark.Set(_open.Number, end);
        _bytes = segments.Sum(segment => segment.Length) + end;
    }

    /// <summary>Bytes in use in all segments, but for what the backend has taken over.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Syncs of batches since the process started.</summary>
    public long Syncs => Volatile.Read(ref _syncs);

    /// <summary>Called on the writer's thread when a segment was sealed: nothing more is written to it. Must be brief.</summary>
    public Action? SegmentSealed { get; set; }

    /// <summary>The segments that nothing more is written to, oldest first, with their lengths.</summary>
    public List<SegmentName> SealedSegments()
    {
        lock (_segmentsLock) return [.. _segments.SkipLast(1)];
    }

    /// <summary>Told that the backend durably holds all that comes before this place: from now on it counts there, not here.</summary>
    public void Settled(int segment, long offset)
    {
        lock (_segmentsLock)
        {
            var bytes = offset + _segments.Where(one => one.Number < segment).Sum(one => one.Length);
            Interlocked.Add(ref _bytes, _settled.Bytes - bytes);
            _settled = (segment, bytes);
        }
    }

    /// <summary>Removes the segments that are settled wholly, but for the last few, as many as asked for. With --retain-log all stay.</summary>
    public void DropSettled() => DropSettled(_options.SettledSegments);

    /// <summary>Removes all segments that are settled wholly: the disk is full, and they are there for quick reads alone.</summary>
    /// <returns>Whether there was one.</returns>
    public bool DropAllSettled() => DropSettled(keep: 0);

    /// <inheritdoc />
    public void AppendAndSync(IReadOnlyList<LogEntry> entries)
    {
        _frame.Fill(entries, _directory.HomeOf(_open), _length);
        if (_length + _frame.Length > _file.Length)
        {
            StartSegment(_frame.Length);
            _frame.Fill(entries, _directory.HomeOf(_open), _length);
        }
        Write();
        Fail.At(Failpoint.BeforeSync);
        Sync();
        Fail.At(Failpoint.AfterSync);
        _length += _frame.Length;
        Interlocked.Add(ref _bytes, _frame.Length);
        Mark();
        if (LastRevision(entries) is { } last) _nextRevision = last + 1;
    }

    /// <inheritdoc />
    public void Seal()
    {
        if (_length > _headEnd) StartSegment(0);
    }

    /// <summary>Closes the open segment.</summary>
    public void Dispose()
    {
        _file.Dispose();
        _mark.Dispose();
    }

    private void Mark()
    {
        if (_options.Fsync == FsyncMode.Always) _mark.Set(_open.Number, _length);
    }

    private void Write()
    {
        try
        {
            Fail.At(Failpoint.BeforeLogWrite);
            ZeroAhead(_length + _frame.Length);
            _file.Write(_frame.At(_length), _length);
        }
        catch (IOException ex) when (LogFullException.IsMeant(ex))
        {
            // Only where blocks could not be taken beforehand. What was written of the frame must not stand behind the next one.
            _file.Wipe(_length);
            throw new LogFullException(ex);
        }
    }

    // Not for a frame larger than what it would save, and not where nobody waits for a sync.
    private void ZeroAhead(long end)
    {
        if (end <= _zeroedTo || _options.Fsync == FsyncMode.Off) return;
        _zeroedTo = _frame.Length < ZeroedAhead ? long.Min(_file.Length, end + ZeroedAhead) : end;
        _file.Write(_zeroes.AsSpan(0, (int)(_zeroedTo - end)), end);
    }

    private void Sync()
    {
        if (_options.Fsync == FsyncMode.Off) return;
        _file.Sync();
        Interlocked.Increment(ref _syncs);
    }

    // A sealed segment is whole on the disk, whatever --fsync says: only the last one can have a torn tail.
    private void StartSegment(int atLeast)
    {
        if (_options.Fsync == FsyncMode.Off) _file.Sync();
        var head = new SegmentHead(_open.Number + 1, _nextRevision, _length);
        var (next, used) = CreateSegment(head, long.Max(_options.SegmentBytes, atLeast + SegmentHead.MostBytes));
        lock (_segmentsLock)
        {
            _segments[^1] = _open with { Length = _length };
            _segments.Add(next);
        }
        _file.Dispose();
        _file = _files.Open(next.File, 0);
        (_open, _length, _headEnd, _zeroedTo) = (next, used, used, used);
        Interlocked.Add(ref _bytes, used);
        SegmentSealed?.Invoke();
    }

    private (SegmentName Segment, int Used) CreateSegment(SegmentHead head, long length)
    {
        try
        {
            return LogSegment.Create(_directory, _files, head, length);
        }
        catch (LogFullException) when (DropAllSettled())
        {
            return LogSegment.Create(_directory, _files, head, length);
        }
    }

    private bool DropSettled(int keep)
    {
        if (_options.RetainLog) return false;
        var dropped = false;
        lock (_segmentsLock)
        {
            while (_segments[0].Number + keep < _settled.Segment)
            {
                _directory.CloseHome(_segments[0]);
                File.Delete(_segments[0].File);
                _settled.Bytes -= _segments[0].Length;
                _segments.RemoveAt(0);
                dropped = true;
            }
        }
        return dropped;
    }

    private static long? LastRevision(IReadOnlyList<LogEntry> entries)
    {
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            if (entries[i] is RevisionEntry { Revision: var revision }) return revision;
        }
        return null;
    }
}
