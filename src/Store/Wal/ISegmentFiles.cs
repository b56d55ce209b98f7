namespace MiniK8s.Store.Wal;

/// <summary>Makes and opens the files of segments: where tests count syncs and let the disk fill up.</summary>
internal interface ISegmentFiles
{
    /// <summary>A new file of that length, all zeroes, its blocks taken if the file system can do so.</summary>
    /// <exception cref="IOException">There is no room (<see cref="LogFullException.IsMeant"/>) or the system refused; there may be a file.</exception>
    ISegmentFile Create(string path, long length);

    /// <summary>An existing file, made at least that long if there is room.</summary>
    ISegmentFile Open(string path, long length);
}

/// <summary>A segment's file, open for writing. One thread.</summary>
internal interface ISegmentFile : IDisposable
{
    /// <summary>Length of the file; it never changes while it is written.</summary>
    long Length { get; }

    /// <summary>Hands the bytes to the system.</summary>
    /// <exception cref="IOException">The disk refused; some of the bytes may be there.</exception>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>Returns when what was written is on the disk.</summary>
    /// <exception cref="IOException">What reached the disk is unknown, and asking again tells nothing.</exception>
    void Sync();

    /// <summary>Makes everything from the offset on read as zeroes, as if never written. Not synced.</summary>
    void Wipe(long from);
}
