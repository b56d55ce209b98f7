using System.Buffers.Binary;

using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Backend.LiteDb;

/// <summary>LiteDB's file and its log, with the syncs in between that make a checkpoint survive power loss.</summary>
/// <remarks>
/// <code>
/// step                                            | power lost after it: at the next start
/// ------------------------------------------------+-------------------------------------------------------------
/// the transaction is written to the log           | no seal: the log is emptied; the file is as before
/// before the file's first write: the log is synced,|
/// then its length and checksum (the seal) are      | the seal fits: LiteDB takes the log, the checkpoint is redone
/// the file is written                             | the same
/// before the log is emptied: the file is synced,  |
/// then the seal is removed                        | no seal: the log is emptied; the file is whole
/// </code>
/// What was lost with the log is still in the store's own log, which goes only after the checkpoint.
/// </remarks>
internal sealed class LiteDbStreams : IDisposable
{
    private const int PageBytes = 8192;
    private const int LastPageAt = 64;      // LiteDB 5: HeaderPage.P_LAST_PAGE_ID

    private readonly FileStream _data;
    private readonly FileStream _log;
    private readonly FileStream _seal;
    private IOException? _refusal;      // of the log

    /// <summary>Opens the files, or makes them.</summary>
    /// <exception cref="InvalidDataException">The file is cut.</exception>
    public LiteDbStreams(string file)
    {
        _data = Open(file);
        _log = Open(LogOf(file));
        _seal = Open(SealOf(file));
        IsSealed = SealFits();
        if (IsSealed) SyncSealed();
        else EmptyLog();
        CheckLength();
        (Data, Log) = (new DataStream(this), new LogStream(this));
    }

    /// <summary>The file, for LiteDB.</summary>
    public Stream Data { get; }

    /// <summary>The log, for LiteDB.</summary>
    public Stream Log { get; }

    /// <summary>Length of the file.</summary>
    public long Length => _data.Length;

    /// <summary>Length of the log.</summary>
    public long LogLength => _log.Length;

    /// <summary>Whether a checkpoint began that has not ended.</summary>
    public bool IsSealed { get; private set; }

    /// <summary>Whether the disk refused the log.</summary>
    public bool IsRefused => _refusal is not null;

    /// <summary>Removes what stands beside the file, and the file.</summary>
    public static void Delete(string file)
    {
        foreach (var each in new[] { SealOf(file), LogOf(file), file }) File.Delete(each);
    }

    /// <summary>Puts another file in the file's place, durably. Both are closed, their logs empty.</summary>
    public static void Replace(string file, string by)
    {
        foreach (var beside in new[] { SealOf(by), LogOf(by) }) File.Delete(beside);
        File.Move(by, file, overwrite: true);
        DataDirectory.Sync(Path.GetDirectoryName(file)!);
    }

    /// <summary>Throws what the disk said when it refused the log, if it did.</summary>
    public void ThrowIfRefused()
    {
        if (_refusal is not null) throw new IOException(_refusal.Message, _refusal);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _data.Dispose();
        _log.Dispose();
        _seal.Dispose();
    }

    private static string LogOf(string file) => file + "-log";

    private static string SealOf(string file) => file + "-seal";

    private static FileStream Open(string file) => new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);

    private void BeforeDataWrite()
    {
        if (IsSealed || _log.Length == 0) return;
        _log.Flush(flushToDisk: true);
        Span<byte> seal = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(seal, _log.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(seal[8..], ChecksumOfLog());
        RandomAccess.Write(_seal.SafeFileHandle, seal, 0);
        RandomAccess.FlushToDisk(_seal.SafeFileHandle);
        IsSealed = true;
    }

    // LiteDB would take what is left for nothing, and begin anew.
    // LiteDB would notice a missing page that is free no sooner than it wants to write it. A checkpoint that is to be redone may have them to add.
    private void CheckLength()
    {
        var length = _data.Length;
        var wanted = length is 0 || IsSealed ? 0 : length < PageBytes ? PageBytes : (LastPage() + 1L) * PageBytes;
        if (length >= wanted) return;
        Dispose();
        throw new InvalidDataException($"it is cut to {length} bytes, and had {wanted} or more");
    }

    // Of the file's header, its first page.
    private uint LastPage()
    {
        Span<byte> number = stackalloc byte[sizeof(uint)];
        RandomAccess.Read(_data.SafeFileHandle, number, LastPageAt);
        return BinaryPrimitives.ReadUInt32LittleEndian(number);
    }

    // They may be from a process whose sync of them failed.
    private void SyncSealed()
    {
        _log.Flush(flushToDisk: true);
        _seal.Flush(flushToDisk: true);
    }

    private void EmptyLog()
    {
        RandomAccess.SetLength(_seal.SafeFileHandle, 0);
        RandomAccess.FlushToDisk(_seal.SafeFileHandle);
        IsSealed = false;
        _log.SetLength(0);
    }

    private bool SealFits()
    {
        Span<byte> seal = stackalloc byte[12];
        return RandomAccess.Read(_seal.SafeFileHandle, seal, 0) == seal.Length
            && BinaryPrimitives.ReadInt64LittleEndian(seal) == _log.Length
            && BinaryPrimitives.ReadUInt32LittleEndian(seal[8..]) == ChecksumOfLog();
    }

    private uint ChecksumOfLog()
    {
        var (buffer, checksum, offset) = (new byte[64 * 1024], 0u, 0L);
        for (int read; (read = RandomAccess.Read(_log.SafeFileHandle, buffer, offset)) > 0; offset += read) checksum = Crc32C.Of(buffer.AsSpan(0, read), checksum);
        return checksum;
    }

    // LiteDB writes to its file only at a checkpoint, and when it makes it.
    private sealed class DataStream(LiteDbStreams owner) : Forwarding(owner._data)
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            owner.BeforeDataWrite();
            base.Write(buffer, offset, count);
        }
    }

    // LiteDB empties its log only at the end of a checkpoint. It does not live through a log that fails in the midst of a commit: what it has
    // written by then it cannot give up any more, and its finalizer throws. So it is told that all is well; its owner asks before it goes on.
    private sealed class LogStream(LiteDbStreams owner) : Forwarding(owner._log)
    {
        public override void Write(byte[] buffer, int offset, int count)
        {
            if (owner._refusal is not null) return;
            try
            {
                base.Write(buffer, offset, count);
            }
            catch (IOException ex)
            {
                owner._refusal = ex;
            }
        }

        public override void SetLength(long value)
        {
            owner._data.Flush(flushToDisk: true);
            if (value == 0) owner.EmptyLog();
            else base.SetLength(value);
        }
    }

    // Not a FileStream, so that LiteDB locks it for each read and write, as it does not with files of its own.
    private abstract class Forwarding(FileStream inner) : Stream
    {
        public override bool CanRead => true;

        public override bool CanSeek => true;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Flush() => inner.Flush();

        // LiteDB reads whole pages, and does not ask how much of one it got: the rest would be what the buffer held before.
        public override int Read(byte[] buffer, int offset, int count)
        {
            var at = inner.Position;
            var read = inner.ReadAtLeast(buffer.AsSpan(offset, count), count, throwOnEndOfStream: false);
            return read == count ? read : throw new InvalidDataException($"{inner.Name} ends at {inner.Length}, within or before the page at {at}");
        }

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count)
        {
            inner.Write(buffer, offset, count);
            Thread.Yield();     // as after each row (Pace): a commit writes all its pages within one call, and the checkpoint once more
        }
    }
}
