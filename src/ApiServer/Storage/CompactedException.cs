namespace MiniK8s.ApiServer.Storage;

/// <summary>The revision asked for has been compacted away.</summary>
internal sealed class CompactedException(long oldestRevision)
    : Exception($"The revision has been compacted; the oldest left is {oldestRevision} (0: not told).")
{
    /// <summary>The oldest revision the store still has, 0 when it did not say.</summary>
    public long OldestRevision { get; } = oldestRevision;
}
