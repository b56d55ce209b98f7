namespace MiniK8s.Store.Mvcc;

/// <summary>Keeps the newest values in memory, up to a number of bytes; older ones are forgotten, to be read from disk when asked for.</summary>
/// <remarks>
/// First in, first out: what was written last is what watchers, controllers and the writer itself ask for next. Reading an old
/// value does not bring it back. The writer's thread only (and recovery before it).
/// </remarks>
/// <param name="budget">Bytes of values, their objects included, to keep.</param>
internal sealed class VersionCache(long budget)
{
    // A KeyValue, its ByteString and the array's header.
    private const int ObjectBytes = 128;

    private readonly Queue<KeyVersion> _inMemory = new();
    private long _bytes;

    /// <summary>Bytes in memory now, as far as they can be forgotten.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <summary>Takes up a version that has a home, and lets go of the oldest ones beyond the budget.</summary>
    public void Add(KeyVersion version)
    {
        _inMemory.Enqueue(version);
        _bytes += Size(version);
        while (_bytes > budget && _inMemory.TryDequeue(out var oldest))
        {
            _bytes -= Size(oldest);
            oldest.Forget();
        }
    }

    /// <summary>Takes up every version of the entries.</summary>
    public void Add(IReadOnlyList<LogEntry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry is not RevisionEntry { Events: var events }) continue;
            foreach (var stored in events) Add(stored.Version);
        }
    }

    private static int Size(KeyVersion version) => version.Place.Length + ObjectBytes;
}
