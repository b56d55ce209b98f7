using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Tests.Wal;

/// <summary>The disk, counting: what was written and not yet synced, and how much room is left.</summary>
internal sealed class CountingFiles : ISegmentFiles
{
    private readonly SegmentFiles _disk = new();

    /// <summary>Syncs that returned.</summary>
    public int Syncs { get; private set; }

    /// <summary>Writes since the last sync.</summary>
    public int Unsynced { get; private set; }

    /// <summary>Whether a new segment finds no room.</summary>
    public bool IsFull { get; set; }

    /// <summary>Bytes that a write may still take, where blocks are not taken beforehand.</summary>
    public long Room { get; set; } = long.MaxValue;

    /// <summary>Thrown by the next sync.</summary>
    public IOException? SyncFailure { get; set; }

    public ISegmentFile Create(string path, long length) => IsFull ? throw Full() : new CountedFile(this, _disk.Create(path, length));

    public ISegmentFile Open(string path, long length) => new CountedFile(this, _disk.Open(path, length));

    private static IOException Full() => new("No space left on device", LibC.ENOSPC);

    private sealed class CountedFile(CountingFiles owner, ISegmentFile file) : ISegmentFile
    {
        public long Length => file.Length;

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            owner.Unsynced++;
            var fits = (int)long.Min(bytes.Length, owner.Room);
            file.Write(bytes[..fits], offset);
            owner.Room -= fits;
            if (fits < bytes.Length) throw Full();
        }

        public void Sync()
        {
            if (owner.SyncFailure is { } failure) throw failure;
            file.Sync();
            owner.Syncs++;
            owner.Unsynced = 0;
        }

        public void Wipe(long from) => file.Wipe(from);

        public void Dispose() => file.Dispose();
    }
}
