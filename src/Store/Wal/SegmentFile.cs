using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace MiniK8s.Store.Wal;

/// <summary>Segment files on the disk.</summary>
internal sealed class SegmentFiles : ISegmentFiles
{
    /// <inheritdoc />
    public ISegmentFile Create(string path, long length)
    {
        var file = new SegmentFile(File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read));
        try
        {
            file.Grow(length);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public ISegmentFile Open(string path, long length)
    {
        var file = new SegmentFile(File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read));
        try
        {
            file.Grow(long.Max(length, file.Length));
        }
        catch (IOException ex) when (LogFullException.IsMeant(ex))
        {
            // A full disk must not keep the store from reading; it shows again at the first write.
        }
        return file;
    }
}

/// <summary>One segment's file.</summary>
internal sealed class SegmentFile(SafeFileHandle handle) : ISegmentFile
{
    /// <inheritdoc />
    public long Length { get; private set; } = RandomAccess.GetLength(handle);

    /// <inheritdoc />
    public void Write(ReadOnlySpan<byte> bytes, long offset) => RandomAccess.Write(handle, bytes, offset);

    /// <inheritdoc />
    public void Sync()
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomAccess.FlushToDisk(handle);
            return;
        }
        if (LibC.Fdatasync(handle) == 0) return;
        var error = Marshal.GetLastPInvokeError();
        throw new IOException($"cannot sync the log: {Marshal.GetPInvokeErrorMessage(error)}", error);
    }

    /// <inheritdoc />
    public void Wipe(long from)
    {
        RandomAccess.SetLength(handle, from);
        RandomAccess.SetLength(handle, Length);
    }

    /// <summary>Takes the blocks for this length. Where the system cannot, the file has the length alone and a full disk shows later.</summary>
    /// <exception cref="IOException">There is no room.</exception>
    public void Grow(long length)
    {
        var error = OperatingSystem.IsLinux() ? LibC.Preallocate(handle, 0, length) : 0;
        if (error is LibC.ENOSPC or LibC.EDQUOT) throw new IOException(Marshal.GetPInvokeErrorMessage(error), error);
        if (RandomAccess.GetLength(handle) < length) RandomAccess.SetLength(handle, length);
        Length = length;
    }

    /// <inheritdoc />
    public void Dispose() => handle.Dispose();
}
