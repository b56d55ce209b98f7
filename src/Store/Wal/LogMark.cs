using System.IO.MemoryMappedFiles;

namespace MiniK8s.Store.Wal;

/// <summary>How far the log was synced, kept beside it, so that a tail that was acknowledged and is gone can be told from one that never was.</summary>
/// <remarks>
/// <code>
/// offset  0                      8          16                     24
///         segment u32 | offset   inverted   segment u32 | offset   inverted         two places, written in turn
/// </code>
/// A few bytes of mapped memory, written after each sync and before the answer, never synced itself: exact when the process is killed,
/// some seconds old when the power goes. Either way the log reaches at least this far. A file that is missing or makes no sense
/// only costs that knowledge.
/// </remarks>
internal sealed class LogMark : IDisposable
{
    private const int Size = 4096;
    private const int Places = 2;
    private readonly FileStream _file;
    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private int _next;
    private bool _isClosed;

    private LogMark(string path)
    {
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        if (_file.Length != Size) _file.SetLength(Size);
        _map = MemoryMappedFile.CreateFromFile(_file, null, Size, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        _view = _map.CreateViewAccessor(0, Size);
    }

    /// <summary>Opens the mark of the directory's log, or makes one that says nothing.</summary>
    public static LogMark Open(DataDirectory directory) => new(directory.MarkFile);

    /// <summary>The segment and the offset in it up to which the log was synced; zeroes when that is not known.</summary>
    public (int Segment, long Offset) Read()
    {
        var position = 0UL;
        for (var place = 0; place < Places; place++)
        {
            var found = _view.ReadUInt64(place * 16);
            if (_view.ReadUInt64((place * 16) + 8) == ~found) position = ulong.Max(position, found);
        }
        return ((int)(position >> 32), (long)(position & uint.MaxValue));
    }

    /// <summary>The log is synced up to here.</summary>
    public void Set(int segment, long offset)
    {
        var position = ((ulong)segment << 32) | (ulong)offset;
        _view.Write(_next * 16, position);
        _view.Write((_next * 16) + 8, ~position);
        _next = (_next + 1) % Places;
    }

    /// <summary>Leaves it on the disk.</summary>
    public void Dispose()
    {
        if (_isClosed) return;
        _isClosed = true;
        _view.Flush();
        _view.Dispose();
        _map.Dispose();
        _file.Flush(flushToDisk: true);
        _file.Dispose();
    }
}
