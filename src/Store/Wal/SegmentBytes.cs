namespace MiniK8s.Store.Wal;

/// <summary>A segment's file in memory, without the zeroes it was made with.</summary>
internal static class SegmentBytes
{
    private const int BlockSize = 1 << 20;

    /// <summary>The file's bytes up to the last block that is not all zeroes, and the file's length.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static (byte[] Bytes, long FileLength) Load(string file)
    {
        using var handle = File.OpenHandle(file);
        var fileLength = RandomAccess.GetLength(handle);
        var bytes = new byte[int.Min(BlockSize, (int)fileLength)];
        var block = new byte[BlockSize];
        var used = 0L;
        for (var offset = 0L; offset < fileLength; offset += BlockSize)
        {
            var read = ReadBlock(handle, block, offset);
            if (!block.AsSpan(0, read).ContainsAnyExcept((byte)0)) continue;
            used = offset + read;
            if (used > bytes.Length) Array.Resize(ref bytes, (int)long.Min(fileLength, long.Max(used, bytes.Length * 2L)));
            block.AsSpan(0, read).CopyTo(bytes.AsSpan((int)offset));
        }
        return (bytes, fileLength);
    }

    private static int ReadBlock(Microsoft.Win32.SafeHandles.SafeFileHandle handle, byte[] block, long offset)
    {
        var read = 0;
        while (read < block.Length)
        {
            var got = RandomAccess.Read(handle, block.AsSpan(read), offset + read);
            if (got == 0) break;
            read += got;
        }
        return read;
    }
}
