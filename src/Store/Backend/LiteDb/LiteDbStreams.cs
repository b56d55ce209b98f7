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
    private readonly string _file;
    private readonly FileStream _log;
    private readonly FileStream _seal;
    private FileStream _data;
    private bool _isSealed;

    /// <summary>Opens the files, or makes them.</summary>
    public LiteDbStreams(string file)
    {
        _file = file;
        _data = Open(file);
        _log = Open(file + "-log");
        _seal = Open(file + "-seal");
        _isSealed = SealFits();
        if (!_isSealed) EmptyLog();
        (Data, Log) = (new DataStream(this), new LogStream(this));
    }

    /// <summary>The file, for LiteDB.</summary>
    public Stream Data { get; private set; }

    /// <summary>The log, for LiteDB.</summary>
    public Stream Log { get; private set; }

    /// <summary>Length of the file.</summary>
    public long Length => _data.Length;

    /// <summary>Puts another file in the file's place, durably. The database is closed.</summary>
    public void ReplaceBy(string other)
    {
        _data.Dispose();
        EmptyLog();
        foreach (var beside in new[] { other + "-log", other + "-seal" }) File.Delete(beside);
        File.Move(other, _file, overwrite: true);
        _data = Open(_file);
        (Data, Log) = (new DataStream(this), new LogStream(this));
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        _data.Dispose();
        _log.Dispose();
        _seal.Dispose();
    }

    private static FileStream Open(string file) => new(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);

    private void BeforeDataWrite()
    {
        if (_isSealed || _log.Length == 0) return;
        _log.Flush(flushToDisk: true);
        Span<byte> seal = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(seal, _log.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(seal[8..], ChecksumOfLog());
        RandomAccess.Write(_seal.SafeFileHandle, seal, 0);
        RandomAccess.FlushToDisk(_seal.SafeFileHandle);
        _isSealed = true;
    }

    private void EmptyLog()
    {
        RandomAccess.SetLength(_seal.SafeFileHandle, 0);
        RandomAccess.FlushToDisk(_seal.SafeFileHandle);
        _isSealed = false;
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

    // LiteDB empties its log only at the end of a checkpoint.
    private sealed class LogStream(LiteDbStreams owner) : Forwarding(owner._log)
    {
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

        public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
