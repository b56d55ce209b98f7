using MiniK8s.Store.Backend;
using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Maintenance;

/// <summary>The size of the log and of the backend that it settles into.</summary>
internal sealed class StorageSize(WriteAheadLog log, Settler settler) : IStorageSize
{
    /// <inheritdoc />
    public long DbSize => settler.FileBytes + log.Bytes;

    /// <inheritdoc />
    public long DbSizeInUse => settler.UsedBytes + log.Bytes;
}
