using MiniK8s.Store.Wal;

namespace MiniK8s.Store.Maintenance;

/// <summary>The size of a store whose data lie in its log alone.</summary>
internal sealed class LogSize(WriteAheadLog log) : IStorageSize
{
    /// <inheritdoc />
    public long DbSize => log.Bytes;

    /// <inheritdoc />
    public long DbSizeInUse => log.Bytes;
}
