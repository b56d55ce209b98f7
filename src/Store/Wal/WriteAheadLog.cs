using System.Buffers;

using Microsoft.Win32.SafeHandles;

using MiniK8s.Store.Failpoints;
using MiniK8s.Store.Mvcc;

namespace MiniK8s.Store.Wal;

/// <summary>The log on disk: one frame per batch, one sync per batch, in segments of bounded size.</summary>
/// <remarks>The pipeline's thread appends; the trimmer's drops old segments. Made by <see cref="LogRecovery"/>.</remarks>
internal sealed class WriteAheadLog : IWriteAheadLog, IDisposable
{
    private readonly DataDirectory _directory;
    private readonly StoreOptions _options;
    private readonly ArrayBufferWriter<byte> _buffer = new(64 * 1024);
    private readonly Lock _segmentsLock = new();       // guards _segments; innermost
    private readonly List<SegmentName> _segments;      // oldest first; the last one is open
    private SafeFileHandle _file;
    private long _length;
    private long _sealedBytes;
    private long _nextRevision;
    private long _syncs;

    /// <summary>Opens the last segment for appending.</summary>
    /// <param name="directory">Where the segments are; held by the caller.</param>
    /// <param name="segments">The segments there, oldest first; not empty.</param>
    /// <param name="nextRevision">The revision the next transaction will have.</param>
    /// <param name="options">Whether to sync, and how long a segment may get.</param>
    public WriteAheadLog(DataDirectory directory, List<SegmentName> segments, long nextRevision, StoreOptions options)
    {
        (_directory, _segments, _nextRevision, _options) = (directory, segments, nextRevision, options);
        _file = File.OpenHandle(segments[^1].File, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
        _length = RandomAccess.GetLength(_file);
        _sealedBytes = segments.SkipLast(1).Sum(segment => new FileInfo(segment.File).Length);
    }

    /// <summary>Bytes in all segments.</summary>
    public long Bytes => Volatile.Read(ref _sealedBytes) + Volatile.Read(ref _length);

    /// <summary>Syncs made since the process started.</summary>
    public long Syncs => Volatile.Read(ref _syncs);

    /// <summary>Called on the writer's thread when a segment was sealed: nothing more is written to it. Must be brief.</summary>
    public Action? SegmentSealed { get; set; }

    /// <summary>The segments that nothing more is written to, oldest first.</summary>
    public List<SegmentName> SealedSegments()
    {
        lock (_segmentsLock) return [.. _segments.SkipLast(1)];
    }

    /// <summary>Removes the sealed segments with a lower number. Only once the backend holds them durably.</summary>
    public void DropBefore(int number)
    {
        lock (_segmentsLock)
        {
            while (_segments.Count > 1 && _segments[0].Number < number)
            {
                var oldest = new FileInfo(_segments[0].File);
                Interlocked.Add(ref _sealedBytes, -oldest.Length);
                oldest.Delete();
                _segments.RemoveAt(0);
            }
        }
    }

    /// <summary>Makes an empty segment.</summary>
    public static SegmentName Create(DataDirectory directory, int number, long firstRevision)
    {
        var segment = directory.Segment(number, firstRevision);
        using (File.OpenHandle(segment.File, FileMode.CreateNew, FileAccess.ReadWrite))
        {
            directory.Sync();
        }
        return segment;
    }

    /// <inheritdoc />
    public void AppendAndSync(IReadOnlyList<LogEntry> entries)
    {
        if (_length >= _options.SegmentBytes) StartSegment();

        _buffer.ResetWrittenCount();
        _buffer.GetSpan(Frame.HeaderSize);
        _buffer.Advance(Frame.HeaderSize);
        foreach (var entry in entries) LogCodec.Write(_buffer, entry);
        var frame = System.Runtime.InteropServices.MemoryMarshal.AsMemory(_buffer.WrittenMemory).Span;
        Frame.WriteHeader(frame, _length, frame[Frame.HeaderSize..]);

        Fail.At(Failpoint.BeforeLogWrite);
        RandomAccess.Write(_file, frame, _length);
        Fail.At(Failpoint.BeforeSync);
        Sync();
        Fail.At(Failpoint.AfterSync);
        _length += frame.Length;
        if (entries.OfType<RevisionEntry>().LastOrDefault() is { } last) _nextRevision = last.Revision + 1;
    }

    /// <summary>Removes the segments that hold no revision after this one. Only once a state file covers it durably.</summary>
    public void DropThrough(long revision)
    {
        lock (_segmentsLock)
        {
            while (_segments.Count > 1 && _segments[1].FirstRevision <= revision + 1)
            {
                var oldest = new FileInfo(_segments[0].File);
                Interlocked.Add(ref _sealedBytes, -oldest.Length);
                oldest.Delete();
                _segments.RemoveAt(0);
            }
        }
    }

    /// <summary>Closes the open segment.</summary>
    public void Dispose() => _file.Dispose();

    private void StartSegment()
    {
        lock (_segmentsLock)
        {
            var next = Create(_directory, _segments[^1].Number + 1, _nextRevision);
            Fail.At(Failpoint.SegmentStart);
            _segments.Add(next);
            _file.Dispose();
            _file = File.OpenHandle(next.File, FileMode.Open, FileAccess.ReadWrite, FileShare.Read);
            Interlocked.Add(ref _sealedBytes, _length);
            _length = 0;
        }
        SegmentSealed?.Invoke();
    }

    private void Sync()
    {
        if (_options.Fsync == FsyncMode.Off) return;
        RandomAccess.FlushToDisk(_file);
        Interlocked.Increment(ref _syncs);
    }
}
